import type { Name } from '../wire/name.ts'
import { formatRecordValue } from '../wire/records/record-value.ts'
import { codecOfCode } from '../wire/records/table.ts'
import type { RecordSet } from './record-set.ts'

export interface ServedZone {
  readonly name: Name
  readonly serial: number
  /** Everything it answers but the serial: a change of this is a change of the zone. */
  readonly content: string
}

/**
 * Serials go up with every change of content, a failover switch included, and never back (RFC 1982 order). They begin with the store's
 * revision, which runs ahead of them, so that a restart does not set them back either.
 */
export function servedZone(
  name: Name,
  sets: readonly RecordSet[],
  revision: number,
  previous: readonly ServedZone[],
): ServedZone {
  const content = sets.map(contentOf).sort().join('\n')
  const before = previous.find(zone => zone.name === name)
  return { name, serial: nextSerial(before, content, revision), content }
}

function nextSerial(before: ServedZone | undefined, content: string, revision: number): number {
  if (before?.content === content) return before.serial
  // 32 bits that go round; 0 is left out because some secondaries take it for "unset".
  return Math.max((before?.serial ?? 0) + 1, revision) % 0x1_0000_0000 || 1
}

function contentOf(set: RecordSet): string {
  const codec = codecOfCode(set.code)
  return `${set.name} ${set.ttlSeconds} ${codec.type} ${set.data.map(data => formatRecordValue(data)).join(' | ')}`
}
