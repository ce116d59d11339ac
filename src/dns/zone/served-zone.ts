import type { Name } from '../wire/name.ts'
import type { RecordSet } from './record-set.ts'
import { contentHash, type RoutedSet } from './routed-set.ts'

export interface ServedZone {
  readonly name: Name
  readonly serial: number
  /** Of everything it answers but the serial: a change of this is a change of the zone. */
  readonly digest: string
  /** As a copy that cannot choose has it: of each choice the usual one. Without SOA and NS that the zone was given for want of its own. */
  sets(): readonly RecordSet[]
}

/** Of all sets of a zone, in whatever order: a change costs what it changes. Starts at 0. */
export function digestWith(
  digest: bigint,
  removed: RoutedSet | undefined,
  added: RoutedSet | undefined,
): bigint {
  const without = digest - (removed === undefined ? 0n : contentHash(removed))
  return BigInt.asUintN(128, without + (added === undefined ? 0n : contentHash(added)))
}

export interface SerialInputs {
  /** Serials before this one, by zone. */
  readonly previous: readonly Pick<ServedZone, 'name' | 'serial' | 'digest'>[]
  /** What the other servers of these zones said they serve. */
  readonly peers: readonly PeerZone[]
  readonly revision: number
  /** Of a wall clock; 0 when there is none. */
  readonly epochSeconds: number
  /** What the zone's own SOA record says; 0 without one. */
  readonly soaSerial: number
}

export interface PeerZone {
  readonly name: Name
  readonly serial: number
  readonly digest: string
}

/**
 * Serials go up with every change of what is answered, a failover switch included, and never back (RFC 1982 order).
 *
 * | digest                        | serial                                                            |
 * |-------------------------------|-------------------------------------------------------------------|
 * | as before                     | as before, or that of a peer with this content when it is higher  |
 * | new, a peer has it            | that of the peer, but at least one more than before               |
 * | new                           | the seconds since 1970, but at least one more than before         |
 *
 * Time runs ahead of changes, so that neither a restart nor the loss of all state sets a serial back, with no need to store it. Servers
 * that know the same come to the same serial as soon as they hear of each other. Where the zone's SOA record has a number of another
 * kind (2026112301, brought from elsewhere), that number runs on with time.
 */
export function nextSerial(name: Name, digest: string, inputs: SerialInputs): number {
  const before = inputs.previous.find(zone => zone.name === name)
  const alike = inputs.peers
    .filter(peer => peer.name === name && peer.digest === digest)
    .map(peer => peer.serial)
  const peer = alike.reduce((highest, serial) => (isLater(serial, highest) ? serial : highest), alike[0] ?? 0)
  if (before?.digest === digest) return peer !== 0 && isLater(peer, before.serial) ? peer : before.serial
  if (peer !== 0 && (before === undefined || isLater(peer, before.serial))) return peer
  const byTime = Math.max(timeSerial(inputs.soaSerial, inputs.epochSeconds), inputs.revision)
  // 32 bits that go round; 0 is left out because some secondaries take it for "unset".
  const wrapped = byTime % 0x1_0000_0000 || 1
  if (before === undefined || isLater(wrapped, before.serial)) return wrapped
  return (before.serial + 1) % 0x1_0000_0000 || 1
}

/** Numbers above this were seconds only before the first of these servers; so one above it is of another kind. 2026-01-01. */
const firstSeconds = 1_767_225_600

function timeSerial(soaSerial: number, epochSeconds: number): number {
  if (soaSerial <= firstSeconds) return Math.max(soaSerial, epochSeconds)
  return soaSerial + Math.max(0, epochSeconds - firstSeconds)
}

/** RFC 1982 section 3.2. */
function isLater(a: number, b: number): boolean {
  const distance = (a - b) >>> 0
  return distance > 0 && distance < 0x8000_0000
}
