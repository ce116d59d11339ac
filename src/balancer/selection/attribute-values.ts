import type { Attributes } from '../../resources/load-balancing.ts'

/** A number of 0 or more; anything else, 'off' among it, is the default. */
export function numberAttribute<T>(attributes: Attributes, key: string, otherwise: T): number | T {
  const text = attributes[key]
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise
}

/** 'true' or 'false'; anything else is the default. */
export function truthAttribute(attributes: Attributes, key: string, otherwise: boolean): boolean {
  const text = attributes[key]
  return text === 'true' || (text !== 'false' && otherwise)
}
