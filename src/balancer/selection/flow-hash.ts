/** IANA protocol numbers. */
export const ipProtocol = { tcp: 6, udp: 17 } as const

/** The same on every balancer, so that all of them choose alike. */
export const flowHashSeed = 0x65766572

/**
 * 32 bits of a 5-tuple. Addresses are hashed as written, so both sides must write them alike (`127.0.1.1`). AWS adds the TCP
 * sequence number, which a socket does not show; a kernel engine must leave it out too, or flows would not survive its failover.
 */
export function flowHash(
  sourceAddress: string,
  sourcePort: number,
  destinationAddress: string,
  destinationPort: number,
  protocol: number = ipProtocol.tcp,
  seed: number = flowHashSeed,
): number {
  let hash = mixText(seed, sourceAddress)
  hash = mixNumber(hash, sourcePort)
  hash = mixText(hash, destinationAddress)
  hash = mixNumber(hash, destinationPort)
  return spread(mixNumber(hash, protocol))
}

/** 32 bits of a name. */
export function nameHash(name: string, seed: number): number {
  return spread(mixText(seed, name))
}

/** FNV-1a over UTF-16 code units. */
function mixText(hash: number, text: string): number {
  let mixed = hash
  for (let i = 0; i < text.length; i++) mixed = mixNumber(mixed, text.charCodeAt(i))
  return mixed
}

function mixNumber(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193)
}

/** MurmurHash3's finalizer: every input bit moves every output bit. FNV alone leaves neighbours together. */
export function spread(hash: number): number {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
