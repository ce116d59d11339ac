import fc from 'fast-check'
import type { ObservedHealth } from '../dns/routing/verdict.ts'
import type { ZoneSnapshot } from '../dns/zone/zone-snapshot.ts'
import { balancerZoneId, hostedZoneKey, recordSetKey } from '../resources/dns.ts'
import { dnsStatusKey } from '../resources/status.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import {
  demoZoneId,
  failoverDocuments,
  type RecordSetFields,
  values,
  zoneDocuments,
} from './dns-documents.ts'

/** Two zones, one below the other, that change at random in every way that a DNS server hears of. */

const subZoneId = 'Z2SUB'
const zoneIds = [demoZoneId, demoZoneId, subZoneId]
export const namesOfZones = [
  '',
  'a.',
  'b.',
  'c.',
  '*.w.',
  '\\052.w.',
  'x.w.',
  'y.x.w.',
  'sub.',
  'x.sub.',
  'ns.sub.',
  'e.',
]
export const nameInDemo = (relative: string): string => `${relative}demo.test.`

export interface ChangingZones {
  readonly store: Store
  readonly unhealthy: Set<string>
  /** Goes into every reason. */
  mood: string
  served: ZoneSnapshot | undefined
}

export function healthOfZones({ unhealthy, mood }: ChangingZones): ObservedHealth {
  const down = new Set(unhealthy)
  const verdict = (name: string) => ({ healthy: !down.has(name), reason: `${name} ${mood}` })
  return {
    loadBalancer: verdict,
    zone: (balancer, zone) => verdict(`${balancer}/${zone}`),
    healthCheck: verdict,
  }
}

function alias(Name: string, to: string, EvaluateTargetHealth: boolean): RecordSetFields {
  return {
    Name,
    Type: 'A',
    AliasTarget: { HostedZoneId: balancerZoneId, DNSName: to, EvaluateTargetHealth },
  }
}

const someName = fc.constantFrom(...namesOfZones).map(nameInDemo)
const someAddress = fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', 'no address')
const targets = [
  'a.demo.test.',
  'b.demo.test.',
  'q.w.demo.test.',
  'x.sub.demo.test.',
  'q.e.demo.test.',
  'demo.test.',
  'c.demo.test.',
  'f.demo.test.',
  'gone.demo.test.',
  'example.org.',
]
const someTarget = fc.constantFrom(...targets)
const someAliased = fc.oneof(
  someTarget,
  fc.constantFrom('active.elb.demo.test.', 'dualstack.passive.elb.demo.test.'),
)
const someCheck = fc.constantFrom('check-1', 'check-2', undefined)
const steered = fc.tuple(someName, fc.constantFrom('1', '2', '3'), someAddress, someCheck, fc.nat({ max: 3 }))

const someRecord: fc.Arbitrary<RecordSetFields> = fc.oneof(
  fc.tuple(someName, someAddress).map(([name, address]) => values(name, 'A', address)),
  fc.tuple(someName, fc.nat({ max: 9 })).map(([name, text]) => values(name, 'TXT', `"${text}"`)),
  fc.tuple(someName, someTarget).map(([name, target]) => values(name, 'CNAME', target)),
  fc.tuple(someName, someTarget).map(([name, target]) => values(name, 'NS', target)),
  fc
    .constantFrom('5', '50')
    .map(serial => values('demo.test.', 'SOA', `ns1.x. h.x. ${serial} 1 2 3 ${serial}`)),
  fc.constant(values('sub.demo.test.', 'DS', '1 8 2 ' + 'ab'.repeat(32))),
  fc.tuple(someName, someAliased, fc.boolean()).map(([name, to, evaluate]) => alias(name, to, evaluate)),
  steered.map(([name, SetIdentifier, address, HealthCheckId, Weight]) => ({
    ...values(name, 'A', address),
    SetIdentifier,
    Weight,
    ...(HealthCheckId === undefined ? {} : { HealthCheckId }),
  })),
  steered.map(([, SetIdentifier, address, HealthCheckId, role]) => ({
    ...values('f.demo.test.', 'A', address),
    SetIdentifier,
    Failover: role === 0 ? ('SECONDARY' as const) : ('PRIMARY' as const),
    ...(HealthCheckId === undefined ? {} : { HealthCheckId }),
  })),
  fc.tuple(someName, someAddress).map(([name, address]) => ({
    ...values(name, 'A', address),
    HealthCheckId: 'check-1',
  })),
  fc.tuple(fc.constantFrom('1', '2'), someTarget).map(([SetIdentifier, target]) => ({
    ...values('c.demo.test.', 'CNAME', target),
    SetIdentifier,
    Weight: 1,
  })),
)

type Step = (world: ChangingZones) => Promise<unknown>
export const commitStep =
  (key: string, value: object | undefined): Step =>
  ({ store }) =>
    store.commit([], [{ key, value }])

const subject = fc.constantFrom(
  'check-1',
  'check-2',
  'active',
  'passive',
  'active/a',
  'active/b',
  'passive/a',
)
const documentsOfBalancers = Object.entries(failoverDocuments()).filter(([key]) =>
  key.startsWith('elbv2/load-balancer/'),
)

export const someZoneStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(fc.constantFrom(...zoneIds), someRecord).map(([zone, record]) =>
      commitStep(recordSetKey(zone, record.Name, record.Type, record.SetIdentifier ?? ''), {
        ResourceRecordSet: record,
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.nat().map(
      (which): Step =>
        async world => {
          const { store } = world
          const keys = store
            .read()
            .list('route53/zone/')
            .map(({ key }) => key)
          const records = keys.filter(key => key.includes('/record-set/'))
          const key = records[which % Math.max(1, records.length)]
          if (key !== undefined) await commitStep(key, undefined)(world)
        },
    ),
  },
  {
    weight: 4,
    arbitrary: subject.map(
      (name): Step =>
        async ({ unhealthy }) => {
          if (!unhealthy.delete(name)) unhealthy.add(name)
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('still', 'now').map(
      (mood): Step =>
        async world =>
          void (world.mood = mood),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map(
      (isThere): Step =>
        async ({ store }) => {
          const [zone] = Object.entries(zoneDocuments(subZoneId, 'sub.demo.test.', []))
          if (zone !== undefined)
            await store.commit([], [{ key: zone[0], value: isThere ? zone[1] : undefined }])
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...documentsOfBalancers), fc.boolean())
      .map(([[key, value], isThere]) => commitStep(key, isThere ? value : undefined)),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 9 }).map(
      (ahead): Step =>
        async ({ store, served }) => {
          const zones = Object.fromEntries(
            (served?.zones ?? []).map(({ name, serial, digest }) => [
              name,
              { serial: serial + ahead, digest },
            ]),
          )
          await store.commit([], [{ key: dnsStatusKey('dns-2'), value: { zones } }])
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(async world => {
      const zone = world.store.read().get(hostedZoneKey(demoZoneId))
      await commitStep(hostedZoneKey(demoZoneId), { ...(zone?.value as object), Batches: 2 })(world)
    }),
  },
)

export async function changingZones(): Promise<ChangingZones> {
  const store = memoryStore()
  const documents = { ...failoverDocuments(), ...zoneDocuments(subZoneId, 'sub.demo.test.', []) }
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  return { store, unhealthy: new Set(), mood: 'so far', served: undefined }
}
