import { EverportError } from '../../base/errors.ts'
import { type Name, nameKey } from '../../dns/wire/name.ts'
import { resolveName } from '../../dns/wire/presentation/fields.ts'
import { WireError } from '../../dns/wire/wire-error.ts'
import { nameFromRoute53 } from '../../dns/zone/record-set.ts'
import { findHostedZone } from '../../dns/zone-file/plan-zone-import.ts'
import type { HostedZoneDocument } from '../../resources/dns.ts'
import type { Snapshot } from '../../store/store.ts'

/** A zone's name as an operator writes it, with its final dot or without. */
export function zoneNameOf(text: string): Name {
  try {
    return resolveName(text.toLowerCase(), { escapes: 'decimal', origin: undefined })
  } catch (error) {
    if (error instanceof WireError)
      throw new EverportError('invalid_input', `${text} is no name of a zone`, {
        detail: error.message,
        hint: 'write it as in: example.org',
      })
    throw error
  }
}

export function requireHostedZone(snapshot: Snapshot, zone: Name): HostedZoneDocument['HostedZone'] {
  const hosted = findHostedZone(snapshot, zone)
  if (hosted !== undefined) return hosted.HostedZone
  const names = snapshot
    .list<HostedZoneDocument>('route53/zone/')
    .filter(({ key }) => !key.includes('/record-set/'))
    .map(({ value }) => nameFromRoute53(value.HostedZone.Name))
  throw new EverportError('not_found', `there is no zone ${zone}`, {
    detail: names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`,
    ...(names.some(name => nameKey(name) !== nameKey(zone))
      ? {}
      : { hint: 'make one with: everport zone import' }),
  })
}
