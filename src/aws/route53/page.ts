import { pageItemsMax } from './quotas.ts'

export interface Page<T> {
  readonly items: readonly T[]
  /** Of the first item of the next page; undefined at the end. */
  readonly next: string | undefined
  readonly max: number
}

/** From the item that the marker names on; behind it, where that has gone meanwhile. `items` are in the order of their ids. */
export function pageFrom<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  marker: string | undefined,
  asked: number | undefined,
): Page<T> {
  const max = Math.min(Math.max(1, asked ?? pageItemsMax), pageItemsMax)
  const rest = marker === undefined || marker === '' ? items : items.filter(item => idOf(item) >= marker)
  const following = rest[max]
  return { items: rest.slice(0, max), next: following === undefined ? undefined : idOf(following), max }
}
