import type { Tag, TagResourceType } from '@aws-sdk/client-route-53'
import { type HostedZoneDocument, hostedZoneKey } from '../../resources/dns.ts'
import { type HealthCheckDocument, healthCheckKey } from '../../resources/health-checks.ts'
import type { Attributes } from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'
import { refuse } from './refuse.ts'

/** What carries tags. Here AWS takes bare ids only. */
export interface Tagged {
  readonly key: string
  readonly document: { readonly Tags?: Attributes }
}

export function taggedOf(snapshot: Snapshot, type: TagResourceType, id: string): Tagged {
  if (type === 'healthcheck') {
    const key = healthCheckKey(id)
    const document = snapshot.get<HealthCheckDocument>(key)?.value
    if (document === undefined)
      throw refuse('NoSuchHealthCheck', `A health check with id ${id} does not exist.`)
    return { key, document }
  }
  const key = hostedZoneKey(id)
  const document = snapshot.get<HostedZoneDocument>(key)?.value
  if (document === undefined) throw refuse('NoSuchHostedZone', `No hosted zone found with ID: ${id}`)
  return { key, document }
}

export function shownTags({ document }: Tagged): Tag[] {
  return Object.entries(document.Tags ?? {}).map(([Key, Value]) => ({ Key, Value }))
}
