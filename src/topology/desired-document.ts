/** A document that the topology wants in the store; see resources/ for its type by its key. */
export interface DesiredDocument<T extends object = object> {
  readonly key: string
  readonly value: T
}

export function desired<T extends object>(key: string, value: T): DesiredDocument<T> {
  return { key, value }
}
