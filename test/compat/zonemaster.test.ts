import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { requireTool } from '../required-tool.ts'
import { eventually } from '../system/everport.ts'
import { type Child, startChild } from './child-server.ts'
import { makeNamespace, type NetworkNamespace } from './network-namespace.ts'

/**
 * A small internet: a root, a `test` and a reverse zone by NSD, and Everport's own two name servers on port 53 of addresses that look real.
 * Zonemaster asks only whether a name server behaves; nothing leaves the namespace.
 */
const rootServer = '198.41.0.4'
const registryServers = ['193.0.14.129', '199.7.83.42'] as const
const nameServers = ['45.90.28.53', '185.49.140.53'] as const
const startDeadlineMs = 120_000

test('the program in a small internet', { timeout: 600_000 }, async t => {
  for (const tool of ['zonemaster-cli', 'nsd', 'unbound', 'dig']) if (!requireTool(t, tool)) return
  const namespace = await makeNamespace(t, [rootServer, ...registryServers, ...nameServers], nameServers[0])
  if (namespace === undefined) return
  const folder = mkdtempSync(join(tmpdir(), 'everport-internet-'))
  startInternet(t, namespace, folder)
  const started = startProgram(t, namespace, folder)
  // Behind the ends of those that write there.
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  await started

  await t.test('Zonemaster has nothing to warn of', async () => {
    const servers = nameServers.flatMap((address, i) => ['--ns', `ns${i + 1}.demo.test/${address}`])
    const options = [
      '--no-ipv6',
      '--hints',
      join(folder, 'hints'),
      '--level',
      'INFO',
      '--show-testcase',
      '--no-progress',
    ]
    const shown = await namespace.run('zonemaster-cli', ...options, 'demo.test', ...servers)
    const findings = shown.split('\n').filter(line => /^ *\d+\.\d+ +[A-Z]/.test(line))
    assert.ok(findings.length > 40, `Zonemaster looked at little: ${shown}`)
    assert.deepEqual(
      findings.filter(line => /\s(?:WARNING|ERROR|CRITICAL)\s/.test(line)),
      [],
    )
    const notices = findings.filter(line => /\sNOTICE\s/.test(line)).map(line => line.trim().split(/\s+/)[2])
    t.diagnostic(`${findings.length} findings; notices by ${[...new Set(notices)].join(', ')}`)
  })

  await t.test('a resolver finds the failover name from the root on', async () => {
    startResolver(t, namespace, folder)
    const shown = await eventually(
      'an answer of the resolver',
      startDeadlineMs,
      () => namespace.run('dig', '+tries=1', '+time=1', '+short', `@${resolverAddress}`, 'data.demo.test'),
      answer => answer !== '',
    )
    assert.match(shown, /^127\.0\.1\.[12]\n127\.0\.1\.[12]\n$/)
  })

  await t.test('the C library finds it with Everport as its name server', async () => {
    const shown = await namespace.run('getent', 'ahostsv4', 'data.demo.test')
    const addresses = new Set(shown.match(/^\d+\.\d+\.\d+\.\d+/gm))
    assert.deepEqual(addresses, new Set([...addresses].filter(address => /^127\.0\.1\.[12]$/.test(address))))
    assert.equal(addresses.size, 2)
  })
})

const resolverAddress = '127.0.0.53'

/** Knows the root's address and nothing else. */
function startResolver(t: TestContext, namespace: NetworkNamespace, folder: string): void {
  const config = join(folder, 'unbound.conf')
  writeFileSync(
    config,
    `server:
  interface: ${resolverAddress}
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  do-ip6: no
  module-config: "iterator"
  root-hints: "${join(folder, 'hints')}"
  local-zone: "test." nodefault
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  access-control: 127.0.0.0/8 allow
remote-control:
  control-enable: no
`,
  )
  startChild(t, namespace.inside('unbound', '-d', '-c', config))
}

function startInternet(t: TestContext, namespace: NetworkNamespace, folder: string): void {
  const soa = 'a.nic.test. hostmaster.nic.test. 1 14400 3600 604800 86400'
  const pointers = nameServers.map((address, i) => {
    const reverse = address.split('.').toReversed().join('.')
    return `${reverse}.in-addr.arpa. 86400 PTR ns${i + 1}.demo.test.`
  })
  const registry = registryServers.flatMap((address, i) => {
    const server = `${'ab'.charAt(i)}.nic.test.`
    return [`test. 86400 NS ${server}`, `${server} 86400 A ${address}`]
  })
  const delegation = nameServers.flatMap((address, i) => [
    `demo.test. 86400 NS ns${i + 1}.demo.test.`,
    `ns${i + 1}.demo.test. 86400 A ${address}`,
  ])
  const root = [
    `. 86400 SOA ${soa}`,
    '. 86400 NS a.root-servers.net.',
    `a.root-servers.net. 86400 A ${rootServer}`,
  ]
  const files = {
    hints: ['. 3600000 NS a.root-servers.net.', `a.root-servers.net. 3600000 A ${rootServer}`],
    'root.zone': [...root, ...registry, ...pointers],
    'test.zone': [`test. 86400 SOA ${soa}`, ...registry, ...delegation],
    'nsd.conf': [
      'server:',
      ...[rootServer, ...registryServers].map(address => `  ip-address: ${address}`),
      '  server-count: 1',
      '  username: ""',
      '  chroot: ""',
      '  database: ""',
      '  pidfile: ""',
      `  zonesdir: "${folder}"`,
      `  zonelistfile: "${folder}/zone.list"`,
      `  xfrdfile: "${folder}/xfrd.state"`,
      `  xfrdir: "${folder}"`,
      'remote-control:',
      '  control-enable: no',
      ...[
        ['.', 'root.zone'],
        ['test.', 'test.zone'],
      ].flatMap(([name, file]) => ['zone:', `  name: "${name}"`, `  zonefile: "${folder}/${file}"`]),
    ],
  }
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  startChild(t, namespace.inside('nsd', '-d', '-c', join(folder, 'nsd.conf')))
}

/** The example topology, but for where its name servers are. */
async function startProgram(t: TestContext, namespace: NetworkNamespace, folder: string): Promise<Child> {
  const topology = join(folder, 'topology.yaml')
  const example = readFileSync('examples/active-passive.yaml', 'utf8')
    .replace('catalog: catalog/flights.sql', `catalog: ${resolve('examples/catalog/flights.sql')}`)
    .replace(/^dns:$/m, `dns:\n  addresses: [${nameServers.join(', ')}]\n  port: 53`)
  writeFileSync(topology, example)
  const program = ['dist/main.js', 'up', topology, '--state', join(folder, 'state')]
  const child = startChild(t, namespace.inside(process.execPath, ...program))
  await eventually(
    'all healthy',
    startDeadlineMs,
    () => Promise.resolve(child.output()),
    output => child.hasEnded() || output.includes('All healthy'),
  )
  assert.match(child.output(), /All healthy/)
  return child
}
