import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { pause } from '../../src/base/clock.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import type { NodeLimits } from '../../src/resources/node-config.ts'
import { connectPgClient, type PgClient, type Received } from '../../src/testing/pg-client.ts'

export interface LoadedNode {
  readonly odbc: Endpoint
  client(): Promise<PgClient>
  /** One value of /metrics, all its labels summed. */
  metric(name: string): Promise<number>
  /** Gone when the node's process is. */
  stop(): Promise<void>
}

export async function startLoadedNode(limits: Partial<NodeLimits>): Promise<LoadedNode> {
  const child = forked('admission-node-child.ts', JSON.stringify(limits), { UV_THREADPOOL_SIZE: '48' })
  const [{ odbc, web }] = (await once(child, 'message')) as [{ odbc: Endpoint; web: Endpoint }]
  const url = `http://${web.address}:${web.port}`
  return {
    odbc,
    async client() {
      const client = await connectPgClient(systemNetwork, odbc)
      const heard = await client.logIn({ user: 'app', password: 'secret', database: 'demo' })
      assert.equal(refusalOf(heard), undefined)
      return client
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text()
      const lines = text
        .split('\n')
        .filter(line => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
    },
    async stop() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

function forked(file: string, argument: string, environment: Record<string, string> = {}): ChildProcess {
  return fork(new URL(file, import.meta.url), [argument], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...environment },
  })
}

/** SQLSTATE of the first error. */
export function refusalOf(heard: readonly Received[]): string | undefined {
  for (const message of heard) {
    if (message.kind === 'ErrorResponse') return message.fields.find(([field]) => field === 'C')?.[1]
    if (message.kind === 'closed') return 'closed'
  }
  return undefined
}

export interface CrowdPlan {
  readonly connections: number
  /** Of these, so many ask, each so often. */
  readonly asking: number
  readonly rounds: number
}

export interface CrowdResult {
  /** From asking to the whole answer, ascending, milliseconds. */
  readonly latenciesMs: readonly number[]
  /** Answers by what they were: 'ok', or an SQLSTATE. */
  readonly answers: ReadonlyMap<string, number>
  readonly runningMax: number
  readonly waitingMax: number
  readonly residentBytesMax: number
  readonly queryBytesMax: number
  readonly elapsedMs: number
}

/** Each sorts half a megabyte, so that memory matters too; its answer is known. */
const crowdQuery = 'select sum(i) from (select i from range(50000) r(i) order by hash(i))'
const crowdAnswer = '1249975000'
const loginsAtOnce = 50

/** Many are connected, some of them ask all at once. Throws when an answer is wrong or somebody is lost. */
export async function crowd(node: LoadedNode, plan: CrowdPlan): Promise<CrowdResult> {
  const clients: PgClient[] = []
  while (clients.length < plan.connections) {
    const count = Math.min(loginsAtOnce, plan.connections - clients.length)
    clients.push(...(await Promise.all(Array.from({ length: count }, () => node.client()))))
  }
  const seen = { runningMax: 0, waitingMax: 0, residentBytesMax: 0, queryBytesMax: 0 }
  let isOver = false
  const watching = watch(node, seen, () => isOver)
  const latenciesMs: number[] = []
  const answers = new Map<string, number>()
  const from = performance.now()
  await Promise.all(
    clients.slice(0, plan.asking).map(async client => {
      for (let round = 0; round < plan.rounds; round++) {
        const asked = performance.now()
        const heard = await client.query(crowdQuery)
        latenciesMs.push(performance.now() - asked)
        const answer = refusalOf(heard) ?? 'ok'
        if (answer === 'ok') assert.equal(valueOf(heard), crowdAnswer)
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
      }
    }),
  )
  const elapsedMs = performance.now() - from
  isOver = true
  await watching
  for (const idle of clients.slice(plan.asking)) assert.equal(valueOf(await idle.query('select 1')), '1')
  for (const client of clients) client.connection.destroy()
  return { ...seen, latenciesMs: latenciesMs.toSorted((a, b) => a - b), answers, elapsedMs }
}

async function watch(
  node: LoadedNode,
  seen: { runningMax: number; waitingMax: number; residentBytesMax: number; queryBytesMax: number },
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const [running, all, resident, query] = await Promise.all([
      node.metric('everport_active_queries'),
      node.metric('everport_admission_queries'),
      node.metric('process_resident_memory_bytes'),
      node.metric('everport_query_memory_bytes'),
    ])
    seen.runningMax = Math.max(seen.runningMax, running)
    seen.waitingMax = Math.max(seen.waitingMax, all - running)
    seen.residentBytesMax = Math.max(seen.residentBytesMax, resident)
    seen.queryBytesMax = Math.max(seen.queryBytesMax, query)
    await pause(systemClock, 50)
  }
}

function valueOf(heard: readonly Received[]): string | undefined {
  for (const message of heard) if (message.kind === 'DataRow') return message.values[0]?.toString()
  return refusalOf(heard)
}

/** What a statement that would never end, or never fit, is told; the node answers others meanwhile and afterwards. */
export async function runaway(node: LoadedNode, statement: string): Promise<string | undefined> {
  const [client, other] = [await node.client(), await node.client()]
  const running = client.query(statement)
  assert.equal(valueOf(await other.query('select 1')), '1')
  const refusal = refusalOf(await running)
  assert.equal(valueOf(await client.query('select 2')), '2')
  for (const one of [client, other]) one.connection.destroy()
  return refusal
}

/** A client is killed in the middle of a large result. Milliseconds until nothing of it is left on the node. */
export async function killedClient(node: LoadedNode): Promise<number> {
  const sessions = await node.metric('everport_sessions')
  const child = forked('admission-client-child.ts', JSON.stringify(node.odbc))
  await once(child, 'message')
  assert.equal(await node.metric('everport_active_queries'), 1)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  const from = performance.now()
  for (;;) {
    const left = [
      await node.metric('everport_active_queries'),
      (await node.metric('everport_sessions')) - sessions,
    ]
    const tookMs = performance.now() - from
    if (left.every(count => count === 0)) return tookMs
    assert.ok(tookMs < 10_000, `after ${tookMs} ms there are left: ${left.join(' queries, ')} sessions`)
    await pause(systemClock, 10)
  }
}
