import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../base/log.ts'
import type { Endpoint, Listening } from '../base/network.ts'
import { resolver } from '../dns/client.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { type HealthStatus, healthStatusKey, healthCheckTags as tags } from '../resources/health-checks.ts'
import { type DnsStatus, dnsStatusKey } from '../resources/status.ts'
import { topologySettingsKey } from '../resources/topology-settings.ts'
import { memoryStore } from '../store/memory-store.ts'
import { failoverDocuments, type RecordSetFields } from '../testing/dns-documents.ts'
import { healthCheckDocument, healthCheckDocuments } from '../testing/health-check-documents.ts'
import type { RunningRole } from './context.ts'
import { startDns } from './dns.ts'

/** Plain addresses behind one name, a TCP health check on each: real sockets, listeners that are closed and opened. */

const name = 'plain.demo.test'
const primary = '127.0.71.1'
const secondary = '127.0.72.1'
const deadlineMs = 10_000

function record(Failover: 'PRIMARY' | 'SECONDARY', address: string, HealthCheckId: string): RecordSetFields {
  return {
    Name: `${name}.`,
    Type: 'A',
    TTL: 5,
    SetIdentifier: Failover,
    Failover,
    HealthCheckId,
    ResourceRecords: [{ Value: address }],
  }
}

async function open(at: Endpoint): Promise<Listening> {
  return systemNetwork.listen(at, {}, connection => {
    connection.on('error', () => undefined)
    connection.resume()
  })
}

async function world(context: TestContext, more: Record<string, string> = {}) {
  const refine = { [tags.intervalMilliseconds]: '100', [tags.timeoutMilliseconds]: '500', ...more }
  // The listeners must come back on the same port, so they take what the first one was given.
  const first = await open({ address: primary, port: 0 })
  const Port = first.at.port
  const listeners = new Map<string, Listening>([[primary, first]])
  listeners.set(secondary, await open({ address: secondary, port: Port }))
  const check = (id: string, IPAddress: string) =>
    healthCheckDocument(id, { Type: 'TCP', IPAddress, Port, FailureThreshold: 3 }, refine)
  const documents = {
    ...failoverDocuments([record('PRIMARY', primary, 'p'), record('SECONDARY', secondary, 's')]),
    ...healthCheckDocuments([check('p', primary), check('s', secondary)]),
  }
  const settings = documents[topologySettingsKey] as { dns: object }
  const store = memoryStore()
  const dns = { ...settings.dns, addresses: ['127.0.0.1', '127.0.0.1'], port: 0 }
  const all = { ...documents, [topologySettingsKey]: { ...settings, dns } }
  await store.commit(
    [],
    Object.entries(all).map(([key, value]) => ({ key, value })),
  )
  const start = (roleName: string) =>
    startDns({
      roleName,
      stateDir: '/nowhere',
      store,
      clock: systemClock,
      random: systemRandom(),
      network: systemNetwork,
      log: silentLog,
    })
  const roles: RunningRole[] = []
  context.after(async () => {
    await Promise.all(roles.map(one => one.stop()))
    await Promise.all([...listeners.values()].map(listening => listening.close()))
  })
  roles.push(await start('dns-1'))
  const resolve = resolver({ network: systemNetwork, clock: systemClock, random: systemRandom() })
  const addressesFrom = async (roleName: string): Promise<string> => {
    const at = store.read().get<DnsStatus>(dnsStatusKey(roleName))?.value.at ?? ''
    const [address = '', port = ''] = at.split(':')
    const servers = [{ address, port: Number(port) }]
    const { records } = await resolve(name, 'A', { servers, timeoutMs: 5_000, retries: 1 })
    return records.map(({ data }) => (data.type === 'A' ? data.address : '')).join(' ')
  }
  /** Milliseconds until the answer is this. */
  const becomes = async (expected: string, roleName = 'dns-1'): Promise<number> => {
    const startedAt = systemClock.now()
    for (;;) {
      const found = await addressesFrom(roleName)
      const tookMs = systemClock.now() - startedAt
      if (found === expected) return tookMs
      assert.ok(tookMs < deadlineMs, `${found} answered, ${expected} expected`)
      await new Promise(again => setTimeout(again, 5))
    }
  }
  return {
    store,
    becomes,
    addressesFrom,
    startAnother: async (roleName: string) => void roles.push(await start(roleName)),
    close: async (address: string): Promise<void> => {
      await listeners.get(address)?.close()
      listeners.delete(address)
    },
    open: async (address: string): Promise<void> => {
      listeners.set(address, await open({ address, port: Port }))
    },
    status: (roleName = 'dns-1') => store.read().get<HealthStatus>(healthStatusKey(roleName))?.value,
  }
}

test('plain addresses with TCP checks: the secondary when the primary closes, the primary when it opens again', async context => {
  const w = await world(context)
  await w.becomes(primary)
  await w.close(primary)
  const downMs = await w.becomes(secondary)
  await w.open(primary)
  const upMs = await w.becomes(primary)
  context.diagnostic(`100 ms × 3: to the secondary ${Math.round(downMs)} ms, back ${Math.round(upMs)} ms`)
  assert.equal(w.status()?.opinions['p']?.opinion, 'healthy')
  const status = w.store.read().get<DnsStatus>(dnsStatusKey('dns-1'))?.value
  assert.match(status?.failover[name]?.reason ?? '', /vantage points see it healthy/)
})

test('both closed: the primary, as last resort', async context => {
  const w = await world(context)
  await w.becomes(primary)
  await w.close(primary)
  await w.becomes(secondary)
  await w.close(secondary)
  await w.becomes(primary)
  await w.open(secondary)
  await w.becomes(secondary)
})

test('two dns processes agree: each switches, by its own probes and the other one’s', async context => {
  const w = await world(context)
  await w.startAnother('dns-2')
  await w.becomes(primary, 'dns-2')
  await w.close(primary)
  await Promise.all([w.becomes(secondary, 'dns-1'), w.becomes(secondary, 'dns-2')])
  await w.open(primary)
  await Promise.all([w.becomes(primary, 'dns-1'), w.becomes(primary, 'dns-2')])
})

test('a dns process that starts while the primary is down answers the secondary from its first answer on', async context => {
  const w = await world(context)
  await w.close(primary)
  await w.becomes(secondary)
  await w.startAnother('dns-2')
  assert.equal(await w.addressesFrom('dns-2'), secondary)
})
