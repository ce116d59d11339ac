import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { formatEndpoint } from '../../src/base/network.ts'
import { allHealthy } from '../../src/dns/routing/verdict.ts'
import type { DnsServer } from '../../src/dns/server/dns-server.ts'
import { zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { snapshotOf } from '../../src/testing/dns-documents.ts'
import { requireTool } from '../required-tool.ts'
import { oddZones, route53Documents, samples } from './dns-zones.ts'
import { startOwnDns } from './own-dns.ts'

const run = promisify(execFile)

async function serveOddZones(t: TestContext, network = systemNetwork): Promise<DnsServer> {
  const snapshot = zoneSnapshot(await snapshotOf(route53Documents(oddZones())), allHealthy)
  return startOwnDns(t, () => snapshot, { network })
}

test('the resolver of Node.js reads every type that it knows', async t => {
  const server = await serveOddZones(t)
  const resolver = new Resolver({ timeout: 20_000, tries: 1 })
  resolver.setServers([formatEndpoint(server.at)])
  const name = 'types.odd.test'
  assert.deepEqual(new Set(await resolver.resolve4(name)), new Set(['192.0.2.7', '192.0.2.8']))
  assert.ok((await resolver.resolve6(name)).includes('2001:db8::7'))
  assert.deepEqual(
    (await resolver.resolveMx(name)).find(({ priority }) => priority === 0),
    { exchange: 'mail.odd.test', priority: 0 },
  )
  assert.ok((await resolver.resolveTxt(name)).some(strings => strings.join('|') === 'one|two'))
  assert.ok((await resolver.resolveSrv(name)).some(srv => srv.port === 5_432 && srv.name === 'a.odd.test'))
  assert.ok((await resolver.resolveCaa(name)).some(caa => caa.issue === 'ca.example.net; policy=ev'))
  assert.ok((await resolver.resolveNaptr(name)).some(naptr => naptr.service === 'z3950+I2L+I2C'))
  assert.ok((await resolver.resolvePtr(name)).includes('host.odd.test'))
  assert.equal((await resolver.resolveSoa('odd.test')).minttl, 60)
  assert.deepEqual(await resolver.resolve4('chain0.odd.test', { ttl: true }), [
    { address: '192.0.2.30', ttl: 300 },
  ])
  assert.equal((await resolver.resolveTxt('long.odd.test')).length, 90, 'by TCP')
  await assert.rejects(resolver.resolve4('missing.odd.test'), { code: 'ENOTFOUND' })
  await assert.rejects(resolver.resolveMx('host.odd.test'), { code: 'ENODATA' })
})

/** Compares what the server sends with what dnspython itself makes of the same text; prints one line for each difference. */
const compareInPython = `
import json, sys, dns.flags, dns.message, dns.query, dns.rdataset, dns.rdatatype
asked = json.load(sys.stdin)
for one in asked['recordSets']:
    query = dns.message.make_query(one['name'], one['type'], use_edns=0, payload=1232)
    reply, by_tcp = dns.query.udp_with_fallback(query, asked['address'], port=asked['port'], timeout=20)
    again = dns.message.from_wire(reply.to_wire())
    expected = dns.rdataset.from_text('IN', one['type'], 300, *one['values'])
    answers = [r for r in reply.answer if r.rdtype == dns.rdatatype.from_text(one['type'])]
    if len(answers) != 1 or set(answers[0]) != set(expected) or answers[0].ttl != 300:
        print(one['name'], one['type'], 'expected', expected, 'found', answers)
    if again.answer != reply.answer: print(one['name'], one['type'], 'changes when written anew')
    if not reply.flags & dns.flags.AA: print(one['name'], one['type'], 'without AA')
print('compared', len(asked['recordSets']))
`

test('dnspython reads every type as it reads its text', async t => {
  if (!requireTool(t, 'python3')) return
  const python = await pythonWithDns(t)
  if (python === undefined) return
  const server = await serveOddZones(t)
  const zone = oddZones()[0]?.records ?? []
  const recordSets = [...samples, ...zone.filter(({ name }) => /^(?:long|many|bytes|middle)\./.test(name))]
  const asked = {
    ...server.at,
    recordSets: recordSets.map(({ name, type, values }) => ({
      name,
      type,
      values: values.map(value => (typeof value === 'string' ? value : value.masterFile)),
    })),
  }
  const child = run(python, ['-c', compareInPython])
  child.child.stdin?.end(JSON.stringify(asked))
  const { stdout } = await child
  assert.equal(stdout.trim(), `compared ${recordSets.length}`)
})

test('kdig keeps one TCP connection for many questions', async t => {
  if (!requireTool(t, 'kdig')) return
  let connections = 0
  const server = await serveOddZones(t, {
    ...systemNetwork,
    listen: (at, options, accept) =>
      systemNetwork.listen(at, options, connection => {
        connections++
        accept(connection)
      }),
  })
  const questions = ['host.odd.test', 'missing.odd.test', 'long.odd.test', 'x.wild.odd.test', 'cut.odd.test']
  const { stdout } = await run('kdig', [
    `@${server.at.address}`,
    '-p',
    String(server.at.port),
    '+tcp',
    '+keepopen',
    '+edns',
    '+retry=0',
    ...questions.flatMap(name => ['-q', name, '-t', 'TXT']),
  ])
  assert.equal(stdout.match(/;; Received \d+ B/g)?.length, questions.length, stdout)
  assert.equal(connections, 1)
  assert.match(stdout, /status: NXDOMAIN/)
  assert.doesNotMatch(stdout, /;; (?:WARNING|ERROR)/)
})

/** The Python that has it, or undefined and the test skipped. Debian's own comes first: another one in PATH does not see Debian's packages. */
async function pythonWithDns(t: TestContext): Promise<string | undefined> {
  for (const python of ['/usr/bin/python3', 'python3']) {
    try {
      await run(python, ['-c', 'import dns.rdtypes.svcbbase'])
      return python
    } catch {
      // Not here.
    }
  }
  const reason = 'needs dnspython (Debian: apt-get install python3-dnspython)'
  if (process.env['EVERPORT_REQUIRE_TOOLS'] === '1') throw new Error(reason)
  t.skip(reason)
  return undefined
}
