import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Network } from '../../src/base/network.ts'
import { allHealthy, type ObservedHealth } from '../../src/dns/routing/verdict.ts'
import type { DnsServer } from '../../src/dns/server/dns-server.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { type TopologySettings, topologySettingsKey } from '../../src/resources/topology-settings.ts'
import {
  failoverDocuments,
  type RecordSetFields,
  snapshotOf,
  values,
} from '../../src/testing/dns-documents.ts'
import { requireTool } from '../required-tool.ts'
import { eventually } from '../system/everport.ts'
import { type ChildServer, startChildServer } from './child-server.ts'
import { askBytes, encodeQuery } from './dns-ask.ts'
import { type Reply, readReply } from './dns-reply.ts'
import { labelsOf } from './dns-zones.ts'
import { startOwnDns } from './own-dns.ts'

/** Short, so that the test is. */
const ttlSeconds = 2
/** A resolver counts in whole seconds; the rest is for a machine that is busy. */
const marginMs = 10_000
const types = { A: 1, TXT: 16, SOA: 6 } as const

const extra: readonly RecordSetFields[] = [
  values('one.two.three.four.demo.test.', 'A', '192.0.2.1'),
  values('alias.demo.test.', 'CNAME', 'data.demo.test.'),
  values(
    'long.demo.test.',
    'TXT',
    ...Array.from({ length: 40 }, (_, i) => `"${String(i).padEnd(200, 'x')}"`),
  ),
]

const activeLost: ObservedHealth = {
  ...allHealthy,
  loadBalancer: name => ({ healthy: name !== 'active', reason: name }),
}

/** Failover and negative answers may be kept for `ttlSeconds`. */
function documents(more: readonly RecordSetFields[] = []): Record<string, object> {
  const made = failoverDocuments([...extra, ...more])
  const settings = made[topologySettingsKey] as TopologySettings
  made[topologySettingsKey] = { ...settings, dns: { ...settings.dns, ttlSeconds } }
  return Object.fromEntries(
    Object.entries(made).map(([key, value]) => [
      key,
      key.includes('/SOA/')
        ? (JSON.parse(JSON.stringify(value).replace(' 86400"', ` ${ttlSeconds}"`)) as object)
        : value,
    ]),
  )
}

/** unbound, which asks our servers for demo.test with letters in random case, and one label more at a time. */
function startUnbound(t: TestContext, servers: readonly DnsServer[]): Promise<ChildServer> {
  const ready = encodeQuery({
    id: 1,
    labels: labelsOf('ns1.demo.test.'),
    type: types.A,
    recursionDesired: true,
  })
  return startChildServer(t, ready, (folder, { address, port }) => ({
    command: ['unbound', '-d', '-d', '-c', `${folder}/unbound.conf`],
    files: {
      'unbound.conf': `server:
  interface: ${address}
  port: ${port}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "test." nodefault
  use-caps-for-id: yes
  qname-minimisation: yes
  qname-minimisation-strict: yes
  harden-below-nxdomain: yes
  minimal-responses: no
remote-control:
  control-enable: no
stub-zone:
  name: demo.test
${servers.map(({ at }) => `  stub-addr: ${at.address}@${at.port}`).join('\n')}
`,
    },
  }))
}

async function ask(resolver: ChildServer, name: string, type: number = types.A): Promise<Reply> {
  const query = encodeQuery({
    id: 7,
    labels: labelsOf(name),
    type,
    recursionDesired: true,
    edns: { payloadBytesMax: 1_232 },
  })
  const first = await askBytes(resolver.at, query, { transport: 'udp', timeoutMs: 10_000 })
  assert.ok(first !== undefined, `unbound does not answer for ${name}; it says: ${resolver.output()}`)
  const reply = readReply(first)
  if (!reply.truncated) return reply
  const whole = await askBytes(resolver.at, query, { transport: 'tcp', timeoutMs: 10_000 })
  assert.ok(whole !== undefined)
  return readReply(whole)
}

const addressesOf = (reply: Reply): string[] =>
  reply.answers
    .filter(record => record.includes(' TYPE1 '))
    .map(record => [...Buffer.from(record.split(' ').at(-1) ?? '', 'hex')].join('.'))
    .sort()

const ttlsOf = (records: readonly string[]): number[] => records.map(record => Number(record.split(' ')[1]))

/** The names that come by UDP, as they come. */
function listening(seen: string[]): Network {
  return {
    ...systemNetwork,
    datagrams: (at, receive) =>
      systemNetwork.datagrams(at, (data, from) => {
        seen.push(nameIn(data))
        receive(data, from)
      }),
  }
}

function nameIn(query: Buffer): string {
  const labels: string[] = []
  for (let at = 12; at < query.length && query.readUInt8(at) > 0; at += query.readUInt8(at) + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query.readUInt8(at)))
  return labels.join('.')
}

test('unbound in front', { timeout: 240_000 }, async t => {
  if (!requireTool(t, 'unbound')) return
  let served: ZoneSnapshot = zoneSnapshot(await snapshotOf(documents()), allHealthy)
  const seen: string[] = []
  const [first, second] = await Promise.all([
    startOwnDns(t, () => served, { network: listening(seen) }),
    startOwnDns(t, () => served, { network: listening(seen) }),
  ])
  const resolver = await startUnbound(t, [first, second])

  await t.test('a switch of the failover name is seen within its TTL', async () => {
    const before = await ask(resolver, 'data.demo.test.')
    assert.deepEqual(addressesOf(before), ['127.0.1.1', '127.0.1.2'])
    assert.ok(Math.max(...ttlsOf(before.answers)) <= ttlSeconds)
    served = zoneSnapshot(await snapshotOf(documents()), activeLost, served)
    const switchedAt = systemClock.now()
    await eventually(
      'the passive cluster',
      ttlSeconds * 1_000 + marginMs,
      async () => addressesOf(await ask(resolver, 'data.demo.test.')),
      addresses => addresses.join() === '127.0.2.1,127.0.2.2',
    )
    t.diagnostic(`seen after ${Math.round(systemClock.now() - switchedAt)} ms at a TTL of ${ttlSeconds} s`)
    served = zoneSnapshot(await snapshotOf(documents()), allHealthy, served)
    await eventually(
      'back again',
      ttlSeconds * 1_000 + marginMs,
      async () => addressesOf(await ask(resolver, 'alias.demo.test.')),
      addresses => addresses.join() === '127.0.1.1,127.0.1.2',
    )
  })

  await t.test('a name that was missing is found when the negative TTL is over', async () => {
    const missing = await ask(resolver, 'new.demo.test.')
    assert.equal(missing.rcode, 3)
    const [negativeTtl = 0] = ttlsOf(missing.authorities)
    assert.ok(negativeTtl > 0 && negativeTtl <= ttlSeconds, `negative TTL ${negativeTtl}`)
    const noData = await ask(resolver, 'data.demo.test.', types.TXT)
    assert.deepEqual([noData.rcode, noData.answers], [0, []])
    assert.ok((ttlsOf(noData.authorities)[0] ?? 0) <= ttlSeconds)
    const more = [values('new.demo.test.', 'A', '192.0.2.99')]
    served = zoneSnapshot(await snapshotOf(documents(more)), allHealthy, served)
    await eventually(
      'the new name',
      ttlSeconds * 1_000 + marginMs,
      async () => addressesOf(await ask(resolver, 'new.demo.test.')),
      addresses => addresses.join() === '192.0.2.99',
    )
  })

  await t.test('case at random and one label at a time lead to the same answers', async () => {
    seen.length = 0
    assert.deepEqual(addressesOf(await ask(resolver, 'one.two.three.four.demo.test.')), ['192.0.2.1'])
    assert.ok(
      seen.some(name => /[A-Z]/.test(name)),
      `names in mixed case: ${seen.join(' ')}`,
    )
    const minimised = seen.map(name => name.toLowerCase()).filter(name => name.split('.').length < 6)
    assert.ok(minimised.length > 0, `shorter names on the way: ${seen.join(' ')}`)
    // RFC 8020: below a name that does not exist there is nothing, so an empty non-terminal must exist.
    assert.equal((await ask(resolver, 'three.four.demo.test.')).rcode, 0)
    assert.equal((await ask(resolver, 'x.four.demo.test.')).rcode, 3)
  })

  await t.test('an answer too long for UDP comes by TCP', async () => {
    assert.equal((await ask(resolver, 'long.demo.test.', types.TXT)).answers.length, 40)
  })

  await t.test('with one server gone the other answers', async () => {
    await first.close()
    for (const name of ['a.active.elb.demo.test.', 'b.active.elb.demo.test.', 'a.passive.elb.demo.test.'])
      await eventually(
        // With letters in random case it asks each server again and again before it leaves one that is gone.
        `an answer for ${name}`,
        60_000,
        () => ask(resolver, name),
        ({ answers }) => answers.length === 1,
      )
  })
})
