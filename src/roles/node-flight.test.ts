import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connectEverport } from '../client/everport-client.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import { type NodeBench, nodeBench } from '../testing/node-bench.ts'
import { plainPorts } from '../testing/node-settings.ts'
import { type RunningNode, startNode } from './node.ts'

async function started(
  t: TestContext,
  change: Partial<NodeConfig>,
): Promise<NodeBench & { node: RunningNode }> {
  const bench = await nodeBench()
  await bench.putInstance({ ...bench.config, ...change })
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  return { ...bench, node }
}

const inTls = { ...plainPorts, mode: 'offered', flight: true } as const

const login = { host: '127.0.0.1', user: 'app', password: 'secret' }

async function words(options: Parameters<typeof connectEverport>[0]): Promise<unknown[]> {
  const client = await connectEverport(options)
  try {
    const found: unknown[] = []
    for await (const batch of client.query('SELECT word FROM hello'))
      for (const row of batch) found.push(row['word'])
    return found
  } finally {
    client.close()
  }
}

test('a node whose configuration says so speaks TLS on both Flight ports, by its certificate of the local authority', async t => {
  const { node, folder } = await started(t, { tls: inTls })
  const ca = readFileSync(join(folder, 'tls', 'ca.crt'))
  for (const { port } of [node.runtime, node.auxiliary]) {
    assert.deepEqual(await words({ ...login, port, tls: { ca } }), ['hello'])
    await assert.rejects(words({ ...login, port }), { name: 'FlightFailure', status: 'UNAVAILABLE' })
  }
})

test('without a word about it a node speaks clear text there, whatever its PostgreSQL port offers', async t => {
  const { flight: _, ...tls } = inTls
  const { node } = await started(t, { tls })
  assert.deepEqual(await words({ ...login, port: node.runtime.port }), ['hello'])
})
