import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { connectEverport } from '../../src/client/everport-client.ts'
import { openChannel } from '../../src/client/flight-channel.ts'
import { systemClock } from '../../src/io/clock.ts'
import { requireTool } from '../required-tool.ts'
import { balancedCluster } from './balanced-cluster.ts'
import { askByJdbc, flightJdbcJar, flightPython } from './client-programs.ts'
import { startFlightNodes } from './flight-nodes.ts'
import { countRows, rawFlight } from './raw-flight.ts'

const run = promisify(execFile)
const deadlineMs = 180_000

const catalog = `
CREATE VIEW numbers AS SELECT i::int AS i, i * 1.5 AS x, 'row ' || i AS name FROM range(1000) t(i);
CREATE SCHEMA more;
CREATE VIEW more.one AS SELECT 1 AS one;
`

test('ADBC’s driver and pyarrow: metadata, queries, parameters, nested types, cancel', async t => {
  const python = flightPython(t)
  if (python === undefined) return
  const { nodes, user, password } = await startFlightNodes(t, catalog, 2)
  const uri = `grpc+tcp://127.0.0.1:${nodes[0]?.runtime.port}`
  const script = 'test/compat/flight/adbc-client.py'
  const { stdout } = await run(python, [script, uri, user, password], { timeout: deadlineMs })
  const { actions, ...seen } = JSON.parse(stdout) as Record<string, unknown> & { actions: string[] }
  assert.deepEqual(seen, {
    vendor: 'Everport',
    table_types: ['TABLE', 'VIEW'],
    tables: [
      ['everport', 'more', 'one', ['one']],
      ['everport', 'public', 'numbers', ['i', 'x', 'name']],
    ],
    rows: [
      ['0', '0.0', 'row 0'],
      ['1', '1.5', 'row 1'],
    ],
    parameters: [
      '7',
      '2020-01-02 03:04:05.678901',
      '1969-07-20',
      '-12.50',
      "b'\\x00\\xff'",
      "it's",
      'True',
      '0.1',
    ],
    nested: ['MonthDayNano(months=1, days=2, nanoseconds=3000000000)', '[1, None, 3]', "{'a': 1}", 'b'],
    many: [1_000_000, 499_999_500_000],
    streamed: 300_000,
    error: 'ProgrammingError: NOT_FOUND: [FlightSQL] relation "nowhere" does not exist (NotFound; Prepare)',
    cancelled: true,
    wrong_password: 'refused',
  })
  assert.ok(actions.includes('CancelFlightInfo'))
  const [first, second] = nodes
  assert.ok((first?.server.counters.rowsSent ?? 0) > 300_000, 'the node that answered GetFlightInfo')
  assert.equal(second?.server.counters.rowsSent, 0)
})

test('Arrow’s JDBC driver: metadata, every common type, parameters as question marks, errors', async t => {
  const jar = flightJdbcJar(t)
  if (jar === undefined || !requireTool(t, 'java')) return
  const { nodes, user, password } = await startFlightNodes(t, catalog, 1)
  const lines = await askByJdbc(jar, nodes[0]?.runtime ?? { address: '', port: 0 }, [user, password])
  assert.deepEqual(lines, [
    'product: Everport',
    'catalogs: [everport]',
    'schemas: [more, public]',
    'tables: [one, numbers]',
    'columns: [i, x, name]',
    'types: [TABLE, VIEW]',
    'sum: [1000]',
    'values: [1, 2, 3, 1.5, 2.5, 12.50, text, true, 2024-02-29, 2024-02-29 12:34:56.789, null, 00ff]',
    'parameters: 1',
    'bound: [row 7]',
    'bound again: [row 8]',
    'error: true',
  ])
})

test('through the balancer: the second step goes to the node of the first, and to its peer when that is gone', async t => {
  const python = flightPython(t)
  const cluster = await balancedCluster(t)
  const { runtime, auxiliary, nodes: addresses, balancers } = cluster
  const { nodes, user, password } = await startFlightNodes(t, catalog, 2, {
    advertisedHost: balancers[0],
    at: index => [
      { address: addresses[index] ?? '', port: runtime },
      { address: addresses[index] ?? '', port: auxiliary[index] ?? 0 },
    ],
  })
  await cluster.start(4)
  const [a, b] = nodes
  for (const [index, balancer] of balancers.entries()) {
    const rowsBefore = nodes.map(({ server }) => server.counters.rowsSent)
    const client = await connectEverport({ host: balancer, port: runtime, user, password })
    t.after(() => client.close())
    let rows = 0
    for await (const batch of client.query('SELECT * FROM numbers')) rows += batch.numRows
    assert.equal(rows, 1_000)
    // A balancer sends to the node of its own zone; whatever node that is must also serve the second step.
    const served = nodes.map(({ server }, i) => server.counters.rowsSent - (rowsBefore[i] ?? 0))
    assert.deepEqual(served, index === 0 ? [1_000, 0] : [0, 1_000])
    assert.ok((nodes[index]?.server.counters.connectionsAccepted ?? 0) >= 2, 'one connection for each step')
  }
  if (python !== undefined) {
    const script = 'test/compat/flight/adbc-client.py'
    const uri = `grpc+tcp://${balancers[1]}:${runtime}`
    const { stdout } = await run(python, [script, uri, user, password], { timeout: deadlineMs })
    assert.match(stdout, /"streamed": 300000/)
    assert.ok((b?.server.counters.rowsSent ?? 0) > 300_000)
  }
  // Node a answers the first step and dies: each location in turn, as standard clients do it, and the second one has the rows.
  const asked = await rawFlight(t, { address: balancers[0], port: runtime }, user, password)
  const info = await asked.info('SELECT * FROM numbers')
  await a?.server.close()
  const [endpoint] = info.endpoint
  const outcomes: (number | string)[] = []
  for (const { uri } of endpoint?.location ?? []) {
    const port = Number(/:(\d+)$/.exec(uri)?.[1] ?? 0)
    if (port === 0) continue
    const there = openChannel({ address: balancers[0], port }, { clock: systemClock, timeoutMs: 20_000 })
    t.after(() => there.close())
    outcomes.push(await countRows(there, asked, endpoint?.ticket?.ticket))
  }
  assert.deepEqual(outcomes, ['UNAVAILABLE', 1_000])
})
