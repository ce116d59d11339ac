import { type RegisterDocument, registerKey } from '../../resources/dns.ts'
import type { Change, Snapshot } from '../../store/store.ts'

/** Written with what is made or deleted, so that of two who look at all of them and then write, one looks again. */
export function registered(snapshot: Snapshot, what: Parameters<typeof registerKey>[0]): Change {
  const key = registerKey(what)
  const value: RegisterDocument = { writes: (snapshot.get<RegisterDocument>(key)?.value.writes ?? 0) + 1 }
  return { key, value }
}
