import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connectEverport, type EverportClient } from '../../src/client/everport-client.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { everportNames } from '../../src/sql/client/resolve-name.ts'
import { rawFlight } from '../compat/raw-flight.ts'
import { type Everport, eventually, isRunning, startEverport } from './everport.ts'

const rowCount = 200_000
const statement = `SELECT i FROM range(${rowCount}) t(i)`
const nodes = ['node-active-a-1', 'node-active-b-1'] as const
const addresses = ['127.0.1.11', '127.0.1.21'] as const

/** Rows that a node has sent on its Flight ports, by its own count. */
async function rowsSent(everport: Everport, index: 0 | 1): Promise<number> {
  const page = await fetch(`http://${addresses[index]}:${everport.ports.web}/metrics`, {
    headers: { connection: 'close' },
  })
  const line = /^everport_flight_rows_sent_total (\d+)$/m.exec(await page.text())
  assert.ok(line, 'the metric is there')
  return Number(line[1])
}

/** A client through a balancer that does something between the two steps: when the host of the second is looked up. */
async function connect(
  t: TestContext,
  { client: { user, password, dns }, ports }: Everport,
  between: () => void,
): Promise<EverportClient> {
  const names = everportNames({ network: systemNetwork, clock: systemClock, random: systemRandom() }, dns)
  let isBetween = false
  const client = await connectEverport({
    host: '127.0.1.1',
    port: ports.runtime,
    user,
    password,
    resolve: async name => {
      if (!isBetween) between()
      isBetween = true
      return await names(name)
    },
  })
  t.after(() => client.close())
  return client
}

async function sum(client: EverportClient): Promise<{ rows: number; sum: bigint }> {
  const found = { rows: 0, sum: 0n }
  for await (const batch of client.query(statement)) {
    found.rows += batch.numRows
    for (const value of batch.getChildAt(0) ?? []) found.sum += BigInt(value as number | bigint)
  }
  return found
}

const whole = { rows: rowCount, sum: (BigInt(rowCount) * BigInt(rowCount - 1)) / 2n }

test('kill -9 of the node between the two steps: its peer gives the whole result, through the balancer', {
  timeout: 240_000,
}, async t => {
  const everport = await startEverport(t)
  const balancer = { address: '127.0.1.1', port: everport.ports.runtime }
  const { user, password } = everport.client

  await t.test('the second step goes to the node of the first', async () => {
    const raw = await rawFlight(t, balancer, user, password)
    const info = await raw.info(statement)
    assert.equal(
      info.endpoint[0]?.location[0]?.uri,
      `grpc+tcp://active.elb.demo.test:${everport.ports.auxiliary[0]}`,
      'the balancer of zone a asks the node of zone a',
    )
    assert.deepEqual(await sum(await connect(t, everport, () => undefined)), whole)
    assert.equal(await rowsSent(everport, 0), rowCount)
    assert.equal(await rowsSent(everport, 1), 0)
  })

  await t.test('everport sql knows the way from the state folder', async () => {
    const question = 'select count(*) from state_capitals'
    const ran = await everport.command('sql', '--protocol', 'flight', '--format', 'csv', '-c', question)
    assert.deepEqual([ran.code, ran.stdout.split('\r\n')[1], ran.stderr], [0, '50', ''])
  })

  await t.test('the node dies between them, and the client goes on with the same login', async () => {
    const pid = everport.pid(nodes[0])
    const before = await rowsSent(everport, 1)
    const client = await connect(t, everport, () => everport.kill(nodes[0]))
    assert.deepEqual(await sum(client), whole)
    await eventually(
      'it was killed',
      30_000,
      async () => isRunning(pid),
      runs => !runs,
    )
    assert.equal((await rowsSent(everport, 1)) - before, rowCount, 'the peer has sent it')
    assert.deepEqual(await sum(client), whole)
    await everport.until('the node is back', () => everport.node('active-a-1').healthy, 60_000)
    assert.deepEqual(await sum(client), whole)
  })
})
