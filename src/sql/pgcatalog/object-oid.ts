/** OIDs below belong to PostgreSQL itself (FirstNormalObjectId). */
export const firstOwnOid = 16_384
const oidMax = 2 ** 31

/**
 * OIDs of what the catalog file makes: a hash of kind and full name, so that every node of a cluster gives the same object the same OID without asking another. Two
 * names that meet take the next hash, in the order of their names, which is the same everywhere as well; `met` is told.
 */
export function objectOids(
  names: readonly string[],
  met: (first: string, second: string) => void,
  hash: (text: string) => number = hashOf,
): ReadonlyMap<string, number> {
  const taken = new Map<number, string>()
  const oids = new Map<string, number>()
  for (const name of [...new Set(names)].sort()) {
    let oid = hash(name)
    for (let round = 1; taken.has(oid); round++) {
      met(taken.get(oid) ?? '', name)
      oid = hash(`${name} ${round}`)
    }
    taken.set(oid, name)
    oids.set(name, oid)
  }
  return oids
}

/** FNV-1a over UTF-8, into the range of OIDs that are PostgreSQL's users'. */
export function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0
  return firstOwnOid + (hash % (oidMax - firstOwnOid))
}
