import type { Document, Snapshot } from '../store/store.ts'

/** The same snapshot with other values under some keys. */
export function overlaid(
  snapshot: Snapshot,
  values: readonly (readonly [key: string, value: object])[],
): Snapshot {
  const { revision } = snapshot
  const documents = new Map<string, Document<unknown>>(
    values.map(([key, value]) => [key, { key, value, revision }]),
  )
  return {
    revision,
    get: <T>(key: string) => (documents.get(key) as Document<T> | undefined) ?? snapshot.get<T>(key),
    list: <T>(prefix: string) => {
      const kept = snapshot.list<T>(prefix).filter(({ key }) => !documents.has(key))
      const added = [...documents.values()].filter(({ key }) => key.startsWith(prefix)) as Document<T>[]
      return [...kept, ...added].sort((a, b) => (a.key < b.key ? -1 : 1))
    },
  }
}
