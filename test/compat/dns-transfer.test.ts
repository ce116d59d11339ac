import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { silentLog } from '../../src/base/log.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { allHealthy, type ObservedHealth } from '../../src/dns/routing/verdict.ts'
import { startDnsServer } from '../../src/dns/server/dns-server.ts'
import { type ZoneSnapshot, zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { ensureSealKey } from '../../src/io/seal-key.ts'
import {
  type NotifyTarget,
  type TsigAlgorithm,
  type TsigKeyDocument,
  tsigKeyKey,
  type ZoneTransferDocument,
  zoneTransferKey,
} from '../../src/resources/dns-transfer.ts'
import { bytesOf, sealKeyBytes, sealSecret } from '../../src/resources/sealed-secret.ts'
import { zoneTransfers } from '../../src/roles/dns-transfer.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import { demoZoneId, failoverDocuments, values } from '../../src/testing/dns-documents.ts'
import { requireTool } from '../required-tool.ts'
import { eventually } from '../system/everport.ts'
import { startChildServer } from './child-server.ts'
import { encodeQuery } from './dns-ask.ts'
import { labelsOf } from './dns-zones.ts'

const run = promisify(execFile)
const random = systemRandom()
const algorithms: readonly TsigAlgorithm[] = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512']
const secret = Buffer.from(bytesOf(random, 32))
const keyName = (algorithm: string): string => `${algorithm}.keys.test.`

const everyType = [
  values('mail.demo.test.', 'MX', '10 a.demo.test.', '20 b.demo.test.'),
  values('\\052.wild.demo.test.', 'TXT', '"any \\303\\251"', '"a" "b"'),
  values('_sip._tcp.demo.test.', 'SRV', '1 2 5060 a.demo.test.'),
  values('demo.test.', 'CAA', '0 issue "ca.test"'),
  values('web.demo.test.', 'HTTPS', '1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1'),
  values('alias.demo.test.', 'CNAME', 'data.demo.test.'),
  values('sub.demo.test.', 'NS', 'ns.sub.demo.test.'),
  values('ns.sub.demo.test.', 'AAAA', '2001:db8::1'),
  values('sub.demo.test.', 'DS', `1 8 2 ${'ab'.repeat(32)}`),
  values('4.2.0.192.demo.test.', 'PTR', 'a.demo.test.'),
  values('n.demo.test.', 'NAPTR', '1 2 "u" "E2U+sip" "!^.*$!sip:a@b!" .'),
  ...Array.from({ length: 1_000 }, (_, i) => values(`t${i}.demo.test.`, 'TXT', `"${'x'.repeat(100)}"`)),
]

interface Primary {
  readonly at: Endpoint
  /** What is served changes, as a failover does. */
  serve(health: ObservedHealth): Promise<void>
  notify(targets: readonly NotifyTarget[]): Promise<void>
}

/** Our server with the parts of its role that transfer zones. */
async function primary(t: TestContext): Promise<Primary> {
  const stateDir = mkdtempSync(join(tmpdir(), 'everport-transfer-'))
  t.after(() => rmSync(stateDir, { recursive: true, force: true }))
  const sealKey = ensureSealKey(stateDir, bytesOf(random, sealKeyBytes))
  const store = memoryStore()
  const keys = algorithms.map(algorithm => {
    const [name, key] = [keyName(algorithm), tsigKeyKey(keyName(algorithm))]
    const value: TsigKeyDocument = { name, algorithm, sealedSecret: sealSecret(sealKey, key, secret, random) }
    return { key, value }
  })
  const documents = Object.entries(failoverDocuments(everyType)).map(([key, value]) => ({ key, value }))
  await store.commit([], [...documents, ...keys])
  let zones: ZoneSnapshot = zoneSnapshot(store.read(), allHealthy)
  const context = {
    roleName: 'dns',
    stateDir,
    store,
    clock: systemClock,
    random,
    network: systemNetwork,
    log: silentLog,
  }
  const transfers = zoneTransfers(context, { zones: () => zones, wallMs: Date.now })
  const server = await startDnsServer({
    ...context,
    at: { address: '127.0.0.1', port: 0 },
    zones: () => zones,
    special: transfers.special({}),
  })
  t.after(async () => {
    await transfers.close()
    await server.close()
  })
  const notify = async (targets: readonly NotifyTarget[]): Promise<void> => {
    const value: ZoneTransferDocument = { allowKeys: algorithms.slice(0, 2).map(keyName), notify: targets }
    await store.commit([], [{ key: zoneTransferKey(demoZoneId), value }])
    transfers.update(store.read())
  }
  await notify([])
  transfers.start(server.at)
  return {
    at: server.at,
    notify,
    serve(health) {
      zones = zoneSnapshot(store.read(), health, zones)
      transfers.update(store.read())
      return Promise.resolve()
    },
  }
}

const activeLost: ObservedHealth = {
  ...allHealthy,
  zone: cluster => ({ healthy: cluster !== 'active', reason: '' }),
  loadBalancer: name => ({ healthy: name !== 'active', reason: '' }),
}

async function dig(at: Endpoint, ...question: string[]): Promise<string> {
  const options = [`@${at.address}`, '-p', String(at.port), '+tries=1', '+time=5']
  const { stdout } = await run('dig', [...options, ...question], { maxBuffer: 1 << 24 })
  return stdout
}

const signedBy = (algorithm: string, name = keyName(algorithm), by = secret): string[] => [
  '-y',
  `${algorithm}:${name}:${by.toString('base64')}`,
]

const records = (shown: string): string[] =>
  shown
    .split('\n')
    .filter(line => line !== '' && !line.startsWith(';') && !line.includes('\tTSIG\t'))
    .map(line => line.replaceAll(/\s+/g, ' '))

test('dig copies the whole zone, signed, in many messages', async t => {
  if (!requireTool(t, 'dig')) return
  const { at } = await primary(t)
  for (const algorithm of algorithms.slice(0, 2)) {
    const shown = await dig(at, ...signedBy(algorithm), '+onesoa', 'axfr', 'demo.test')
    assert.doesNotMatch(shown, /could not be validated|failed|WARNING/)
    const found = records(shown)
    assert.equal(found.filter(line => line.includes(' SOA ')).length, 1)
    assert.equal(found.filter(line => /^t\d+\./.test(line)).length, 1_000)
    for (const line of [
      'data.demo.test. 5 IN A 127.0.1.1',
      '*.wild.demo.test. 300 IN TXT "any \\195\\169"',
      'web.demo.test. 300 IN HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1',
      'demo.test. 300 IN CAA 0 issue "ca.test"',
      'n.demo.test. 300 IN NAPTR 1 2 "u" "E2U+sip" "!^.*$!sip:a@b!" .',
      'ns.sub.demo.test. 300 IN AAAA 2001:db8::1',
    ])
      assert.ok(found.includes(line), `${line} in ${found.filter(one => !one.startsWith('t')).join('\n')}`)
    assert.match(shown, /XFR size: 10\d\d records \(messages (?:[5-9]|1\d),/)
  }
})

test('dig is refused without a signature, with a wrong one, too late, and with a key that may not', async t => {
  if (!requireTool(t, 'dig')) return
  const { at } = await primary(t)
  const [sha256 = '', , sha512 = ''] = algorithms
  assert.match(await dig(at, 'axfr', 'demo.test'), /Transfer failed/)
  assert.match(await dig(at, ...signedBy(sha256, 'nobody.'), 'axfr', 'demo.test'), /BADKEY/)
  assert.match(await dig(at, ...signedBy(sha256, undefined, Buffer.alloc(32)), 'axfr', 'demo.test'), /BADSIG/)
  assert.match(await dig(at, ...signedBy(sha256), '+fuzztime=1000000', 'axfr', 'demo.test'), /BADTIME/)
  assert.match(await dig(at, ...signedBy(sha512), 'axfr', 'demo.test'), /Transfer failed/)
  assert.match(await dig(at, ...signedBy(sha512), '+notcp', '+ignore', 'a', 'data.demo.test'), /NOERROR/)
})

test('dig takes signed answers to ordinary queries, and IXFR', async t => {
  if (!requireTool(t, 'dig')) return
  const { at } = await primary(t)
  for (const algorithm of algorithms)
    for (const by of ['+notcp', '+tcp']) {
      const shown = await dig(at, ...signedBy(algorithm), by, 'a', 'data.demo.test')
      assert.match(shown, /status: NOERROR/)
      assert.match(shown, /data\.demo\.test\.\s+5\s+IN\s+A\s+127\.0\.1\.1/)
      assert.doesNotMatch(shown, /could not be validated|Couldn't verify/)
    }
  const key = signedBy('hmac-sha256')
  const serial = /SOA\s+\S+ \S+ (\d+)/.exec(await dig(at, 'soa', 'demo.test'))?.[1] ?? ''
  assert.equal(records(await dig(at, ...key, `ixfr=${serial}`, 'demo.test')).length, 1)
  assert.ok(records(await dig(at, ...key, `ixfr=${Number(serial) - 1}`, 'demo.test')).length > 1_000)
})

/** They ask by themselves after two hours; told, within milliseconds. */
const switchDeadlineMs = 30_000

interface Secondary {
  readonly program: string
  config(
    folder: string,
    at: Endpoint,
    from: Endpoint,
  ): { command: readonly string[]; files: Record<string, string> }
}

const secondaries: readonly Secondary[] = [
  {
    program: 'nsd',
    config: (folder, at, from) => ({
      command: ['nsd', '-d', '-c', `${folder}/nsd.conf`],
      files: {
        'nsd.conf': `server:
  ip-address: ${at.address}@${at.port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  pidfile: ""
  zonesdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
remote-control:
  control-enable: no
key:
  name: "${keyName('hmac-sha256')}"
  algorithm: hmac-sha256
  secret: "${secret.toString('base64')}"
zone:
  name: "demo.test"
  zonefile: "${folder}/demo.zone"
  request-xfr: ${from.address}@${from.port} ${keyName('hmac-sha256')}
  allow-notify: 127.0.0.1 ${keyName('hmac-sha256')}
`,
      },
    }),
  },
  {
    program: 'knotd',
    config: (folder, at, from) => ({
      command: ['knotd', '-c', `${folder}/knot.conf`],
      files: {
        'knot.conf': `server:
  rundir: "${folder}"
  listen: ${at.address}@${at.port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "${folder}"
log:
  - target: stderr
    any: info
key:
  - id: ${keyName('hmac-sha256')}
    algorithm: hmac-sha256
    secret: ${secret.toString('base64')}
remote:
  - id: primary
    address: ${from.address}@${from.port}
    key: ${keyName('hmac-sha256')}
acl:
  - id: notices
    address: 127.0.0.1
    key: ${keyName('hmac-sha256')}
    action: notify
zone:
  - domain: demo.test
    storage: "${folder}"
    master: primary
    acl: notices
`,
      },
    }),
  },
]

for (const { program, config } of secondaries) {
  test(`${program} as a secondary copies the zone, and follows a switch as soon as it is told`, async t => {
    if (!requireTool(t, 'dig') || !requireTool(t, program)) return
    const ours = await primary(t)
    const soa = encodeQuery({ id: 1, labels: labelsOf('demo.test.'), type: 6 })
    const theirs = await startChildServer(t, soa, (folder, at) => config(folder, at, ours.at))
    const addresses = async (): Promise<string[]> =>
      (await dig(theirs.at, '+short', 'a', 'data.demo.test')).trim().split('\n').sort()
    assert.deepEqual(await addresses(), ['127.0.1.1', '127.0.1.2'])
    for (const [name, type] of [
      ['web.demo.test', 'HTTPS'],
      ['x.wild.demo.test', 'TXT'],
      ['mail.demo.test', 'MX'],
      ['n.demo.test', 'NAPTR'],
      ['sub.demo.test', 'DS'],
      ['t999.demo.test', 'TXT'],
      ['demo.test', 'SOA'],
    ] as const) {
      const asked = ['+short', name, type]
      const [a, b] = await Promise.all([dig(ours.at, ...asked), dig(theirs.at, ...asked)])
      assert.notEqual(a, '', `${name} ${type}`)
      assert.deepEqual(b.split('\n').sort(), a.split('\n').sort(), `${name} ${type}`)
    }
    await ours.notify([{ ...theirs.at, key: keyName('hmac-sha256') }])
    await ours.serve(activeLost)
    await eventually(
      `${program} has the other cluster's addresses; it says: ${theirs.output()}`,
      switchDeadlineMs,
      addresses,
      found => found.join() === '127.0.2.1,127.0.2.2',
    )
  })
}
