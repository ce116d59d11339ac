import type { Change, HostedZone, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { EverportError } from '../../base/errors.ts'
import { loadBalancersOfOthers } from '../ours.ts'
import { type Provisioning, sent, until } from '../provisioning.ts'
import type { Step } from '../step.ts'

/** The failover name: an alias of each cluster's load balancer, PRIMARY and SECONDARY, whose targets' health is evaluated. */
export const dns: Step = { apply, destroy }

async function apply(provisioning: Provisioning): Promise<void> {
  const { call, wanted, isPlan } = provisioning
  const there = await findZone(provisioning)
  const zoneId =
    there?.Id ??
    sent(
      (
        await call('route53', 'CreateHostedZone', {
          Name: wanted.dns.zone,
          CallerReference: callerReference(provisioning),
          HostedZoneConfig: { Comment: `Everport topology ${wanted.topology.name}` },
        })
      ).HostedZone?.Id,
      'the id of a hosted zone',
    )
  const present = there === undefined ? [] : await recordsAt(provisioning, zoneId)
  const Changes = changes(recordSets(provisioning), present)
  if (Changes.length === 0) return
  const { ChangeInfo } = await call('route53', 'ChangeResourceRecordSets', {
    HostedZoneId: zoneId,
    ChangeBatch: { Changes },
  })
  if (isPlan) return
  const Id = sent(ChangeInfo?.Id, 'the id of a change')
  await until(
    provisioning,
    'the name servers do not answer by the new records',
    async () => (await call('route53', 'GetChange', { Id })).ChangeInfo?.Status === 'INSYNC',
  )
}

async function destroy(provisioning: Provisioning): Promise<void> {
  const { call, wanted } = provisioning
  const zone = await findZone(provisioning)
  if (zone?.Id === undefined) return
  const HostedZoneId = zone.Id
  const present = await recordsAt(provisioning, HostedZoneId)
  const ours = new Set(recordSets(provisioning).map(identityOf))
  const others = await namesOfOthers(provisioning)
  const Changes = present
    .filter(record => ours.has(identityOf(record)) && !others.has(absolute(aliasOf(record))))
    .map((ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet }))
  if (Changes.length > 0)
    await call('route53', 'ChangeResourceRecordSets', { HostedZoneId, ChangeBatch: { Changes } })
  // A zone that was there before stays, and so does one that others have put records into.
  const isLeftAlone = (zone.ResourceRecordSetCount ?? 0) - Changes.length > 2
  if (zone.CallerReference?.startsWith(`everport ${wanted.topology.name} `) !== true || isLeftAlone) return
  await call('route53', 'DeleteHostedZone', { Id: HostedZoneId })
}

/**
 * DNS names of load balancers that are there and not this topology's. Records have no tags: whose they are is told by what they lead to. The
 * same topology file may have been brought up by `everport up`, or by hand, and its name must go on being answered.
 */
async function namesOfOthers(provisioning: Provisioning): Promise<ReadonlySet<string>> {
  const others = await loadBalancersOfOthers(provisioning)
  return new Set(others.map(({ DNSName = '' }) => absolute(DNSName).toLowerCase()))
}

function aliasOf({ AliasTarget }: ResourceRecordSet): string {
  return (AliasTarget?.DNSName ?? '').toLowerCase()
}

function recordSets({ wanted, found }: Provisioning): ResourceRecordSet[] {
  return wanted.dns.records.map(({ cluster, failover }) => {
    const balancer = found.loadBalancers.get(cluster)
    return {
      Name: wanted.dns.name,
      Type: 'A',
      ...(failover === undefined ? {} : { SetIdentifier: cluster, Failover: failover }),
      AliasTarget: {
        HostedZoneId: balancer?.hostedZoneId,
        DNSName: absolute(balancer?.dnsName ?? ''),
        EvaluateTargetHealth: true,
      },
    }
  })
}

/** All or nothing in one batch: what is there at the name and not wanted goes, what is wanted comes. */
function changes(wanted: readonly ResourceRecordSet[], present: readonly ResourceRecordSet[]): Change[] {
  const identities = new Set(wanted.map(identityOf))
  const texts = new Set(present.map(textOf))
  return [
    ...present
      .filter(record => !identities.has(identityOf(record)))
      .map((ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet })),
    ...wanted
      .filter(record => !texts.has(textOf(record)))
      .map((ResourceRecordSet): Change => ({ Action: 'UPSERT', ResourceRecordSet })),
  ]
}

function identityOf({ Name = '', Type, SetIdentifier = '' }: ResourceRecordSet): string {
  return `${absolute(Name).toLowerCase()} ${Type} ${SetIdentifier}`
}

function textOf(record: ResourceRecordSet): string {
  const { AliasTarget, Failover, TTL, ResourceRecords, HealthCheckId } = record
  const alias = AliasTarget && [
    AliasTarget.HostedZoneId,
    absolute(AliasTarget.DNSName ?? '').toLowerCase(),
    AliasTarget.EvaluateTargetHealth,
  ]
  return JSON.stringify([identityOf(record), alias, Failover, TTL, ResourceRecords, HealthCheckId])
}

/** The name's own address records: a listing begins at the name that is asked for and goes on with those behind it. */
async function recordsAt({ call, wanted }: Provisioning, HostedZoneId: string): Promise<ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await call('route53', 'ListResourceRecordSets', {
    HostedZoneId,
    StartRecordName: wanted.dns.name,
    StartRecordType: 'A',
  })
  return ResourceRecordSets.filter(
    ({ Name = '', Type }) => absolute(Name).toLowerCase() === wanted.dns.name && Type === 'A',
  )
}

async function findZone({ call, wanted }: Provisioning): Promise<HostedZone | undefined> {
  const { HostedZones = [] } = await call('route53', 'ListHostedZonesByName', { DNSName: wanted.dns.zone })
  const named = HostedZones.filter(
    ({ Name, Config }) => Name === wanted.dns.zone && Config?.PrivateZone !== true,
  )
  const [zone, other] = named
  if (other !== undefined) {
    throw new EverportError(
      'duplicate_object',
      `there are ${named.length} hosted zones called ${wanted.dns.zone}`,
      {
        detail: named.map(({ Id }) => Id).join(', '),
        hint: 'delete the ones that no name server is delegated to',
      },
    )
  }
  return zone
}

/** A repeated reference is refused: so two runs at one time make one zone, and a zone that was deleted can be made again. */
function callerReference({ wanted, wallMs }: Provisioning): string {
  return `everport ${wanted.topology.name} ${wallMs()}`
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}
