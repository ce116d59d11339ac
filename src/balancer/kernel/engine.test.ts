import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { formatEndpoint } from '../../base/network.ts'
import type { Conversation, ProgramResult, Programs } from '../../base/programs.ts'
import { seededRandom } from '../../base/random.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { FollowedPrograms } from '../../testing/followed-programs.ts'
import { SimulatedNetwork } from '../../testing/network.ts'
import type { FlowRecord } from '../engine.ts'
import type { TargetState } from '../selection/target-state.ts'
import { kernelEngine } from './engine.ts'

const done: ProgramResult = { code: 0, output: '', errors: '' }
const missing: ProgramResult = { code: 1, output: '', errors: 'Error: No such file or directory\n' }

/** nft and conntrack as they are called, with answers for once. */
class Kernel extends FollowedPrograms implements Programs {
  readonly calls: string[] = []
  readonly texts: string[] = []
  /** The next transaction fails with this. */
  refusal: string | undefined
  tableExists = false
  tracked = ''
  /** Flows that have begun, as the kernel counts them. */
  begun = 0

  run(program: string, args: readonly string[], input?: string): Promise<ProgramResult> {
    this.calls.push([program, ...args].join(' '))
    return Promise.resolve(program === 'nft' ? this.#nft(args, input) : { ...done, output: this.tracked })
  }

  converse(program: string, args: readonly string[]): Conversation {
    return {
      ask: async question => {
        const { code, output, errors } = await this.run(program, [...args, ...question.split(' ')])
        if (code !== 0) throw new Error(errors)
        return output
      },
      close: () => undefined,
    }
  }

  #nft(args: readonly string[], input: string | undefined): ProgramResult {
    if (input === undefined) {
      if (!this.tableExists || args.includes('ip6')) return missing
      if (args.at(-1) === 'counts') {
        const elem = [{ elem: { comment: 'accepted_tcp_80', counter: { packets: this.begun, bytes: 0 } } }]
        return { ...done, output: JSON.stringify({ nftables: [{ set: { elem } }] }) }
      }
      return { ...done, output: JSON.stringify({ nftables: [{ chain: { name: 'format-0' } }] }) }
    }
    if (this.refusal !== undefined) {
      const errors = this.refusal
      this.refusal = undefined
      return { code: 1, output: '', errors }
    }
    if (!this.tableExists && !/^add table /m.test(input)) return missing
    this.texts.push(input)
    this.tableExists = !/^delete table \S+ \S+$/m.test(input) || input.startsWith('delete table')
    return done
  }

  counted(call: RegExp): number {
    return this.calls.filter(text => call.test(text)).length
  }
}

function fixture() {
  const clock = new SimulatedClock()
  const kernel = new Kernel()
  const network = new SimulatedNetwork({ clock, random: seededRandom(1) }).host('10.0.0.1')
  const connects: string[] = []
  const failures: string[] = []
  const flows: FlowRecord[] = []
  const engine = kernelEngine({
    programs: kernel,
    network: {
      ...network,
      connect(to, options) {
        connects.push(formatEndpoint(to))
        return network.connect(to, options)
      },
    },
    clock,
    log: silentLog,
    events: {
      connectFailed: (key, reason) => void failures.push(`${key} ${reason}`),
      flowEnded: flow => void flows.push(flow),
    },
    table: 't',
  })
  const targets = ['a', 'b'].map((id, i) => targetPart(id, { address: `10.0.0.1${i}`, port: 80 }))
  const snapshot = snapshotPart([listenerPart(80)], [groupPart(targets)], { address: '10.0.0.1' })
  const apply = (states: Record<string, TargetState['state']> = {}, hasAddress = true) =>
    engine.apply(
      hasAddress ? snapshot : { ...snapshot, address: undefined, listeners: [] },
      new Map(targets.map(({ key, id }) => [key, { state: states[id] ?? 'healthy' }])),
    )
  return { clock, kernel, engine, apply, failures, flows, connects }
}

test('one transaction for each change, and none where nothing changes', async () => {
  const { kernel, apply } = fixture()
  await apply()
  assert.equal(kernel.texts.length, 1)
  assert.match(kernel.texts[0] ?? '', /^add table ip t$/m)
  await apply()
  assert.equal(kernel.texts.length, 1)
  await apply({ a: 'draining' })
  assert.equal(kernel.texts.length, 2)
  assert.doesNotMatch(kernel.texts[1] ?? '', /add table|hook/)
})

test('changes while a transaction runs are one transaction more, by the last of them', async () => {
  const { kernel, apply } = fixture()
  await Promise.all([apply(), apply({ a: 'draining' }), apply(), apply({ b: 'draining' })])
  assert.equal(kernel.texts.length, 2)
  assert.match(kernel.texts[1] ?? '', /^add rule ip t group_tg goto target_tg_10\.0\.0\.10_80$/m)
})

test('while no flow begins counters are read half as often; those that only add up, every two seconds either way', async () => {
  const { clock, kernel, apply } = fixture()
  await apply()
  const readings = (): number[] =>
    ['counts', 'bytes-to'].map(set => kernel.counted(new RegExp(`list set ip t ${set}$`)))
  const readIn10s = async (begunEachTime: number): Promise<number[]> => {
    const before = readings()
    for (let i = 0; i < 20; i++) {
      kernel.begun += begunEachTime
      await clock.advanceAsync(500)
    }
    return readings().map((count, i) => count - (before[i] ?? 0))
  }
  await readIn10s(0)
  assert.deepEqual(await readIn10s(0), [10, 5])
  await readIn10s(1)
  assert.deepEqual(await readIn10s(1), [20, 5])
})

test('a refused transaction is told, and the next apply looks at what stands', async () => {
  const { kernel, apply } = fixture()
  await apply()
  kernel.refusal = 'Error: Could not process rule: Device or resource busy\nmore\n'
  await assert.rejects(apply({ a: 'draining' }), {
    code: 'state_error',
    message: 'nft refused: transaction on table ip t: Error: Could not process rule: Device or resource busy',
  })
  const listed = kernel.counted(/list table ip t$/)
  await apply({ a: 'draining' })
  assert.equal(kernel.counted(/list table ip t$/), listed + 1)
  // It is of a format that we do not know: made anew.
  assert.match(kernel.texts.at(-1) ?? '', /^delete table ip t\nadd table ip t\n/)
  kernel.refusal = 'Error: Operation not permitted'
  await assert.rejects(apply(), { code: 'permission_denied', hint: /CAP_NET_ADMIN/ })
})

test('rules that somebody flushed are written anew', async () => {
  const { clock, kernel, apply } = fixture()
  await apply()
  kernel.tableExists = false
  await clock.advanceAsync(600)
  assert.equal(kernel.texts.length, 2)
  assert.equal(kernel.texts[1], kernel.texts[0])
})

test('without an address there is no table', async () => {
  const { kernel, apply } = fixture()
  await apply()
  await apply({}, false)
  assert.equal(kernel.texts.at(-1), 'add table ip t\ndelete table ip t\n')
})

test('close: new connections are refused, flows get their time and are forgotten, the table goes', async () => {
  const { clock, kernel, engine, apply } = fixture()
  await apply()
  kernel.tracked =
    'tcp 6 9 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=5 dport=80 src=10.0.0.10 dst=10.0.0.9 sport=80 dport=5 use=1\n'
  let isClosed = false
  const closing = engine.close(1_000).then(() => {
    isClosed = true
  })
  await clock.advanceAsync(900)
  assert.equal(isClosed, false)
  assert.match(kernel.texts.at(-1) ?? '', /goto closed/)
  assert.equal(kernel.counted(/^conntrack -D/), 0)
  await clock.advanceAsync(2_000)
  await closing
  assert.ok(kernel.counted(/^conntrack -D/) > 0)
  assert.equal(kernel.texts.at(-1), 'add table ip t\ndelete table ip t\n')
  const calls = kernel.calls.length
  await clock.advanceAsync(5_000)
  assert.equal(kernel.calls.length, calls)
})

test('a verdict that changes while the engine closes does not bring the table back', async () => {
  const { clock, kernel, engine, apply } = fixture()
  await apply()
  const closing = engine.close(0)
  const late: Promise<void>[] = []
  // One at each step of the close, and one after it.
  for (const state of ['draining', 'healthy', 'draining', 'healthy'] as const) {
    late.push(apply({ a: state }))
    await clock.advanceAsync(40)
  }
  await closing
  await Promise.all([...late, apply({ a: 'draining' })])
  assert.ok(kernel.counted(/^nft -f/) >= 3)
  assert.equal(kernel.tableExists, false)
  assert.equal(kernel.texts.at(-1), 'add table ip t\ndelete table ip t\n')
})

const removed = (target: string, port: number): string =>
  `[1.0]\t[DESTROY] tcp 6 9 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=${port} dport=80 src=${target} dst=10.0.0.9 sport=80 dport=${port} [ASSURED] id=1 [USERSPACE] portid=1`

test('flows that the engine ends are told with its reason, those of the close too; conntrack ends with it', async () => {
  const { clock, kernel, engine, apply, flows } = fixture()
  await apply()
  await apply({ a: 'unhealthy' })
  kernel.last.print(removed('10.0.0.10', 1))
  kernel.last.print(removed('10.0.0.11', 2))
  await clock.advanceAsync(20_000)
  kernel.tracked =
    'tcp 6 9 ESTABLISHED src=10.0.0.9 dst=10.0.0.1 sport=3 dport=80 src=10.0.0.11 dst=10.0.0.9 sport=80 dport=3 use=1\n'
  let isForgotten = false
  const closing = engine.close(0)
  for (let i = 0; !isForgotten && i < 1_000; i++) {
    await clock.advanceAsync(1)
    isForgotten = kernel.calls.at(-1)?.startsWith('conntrack -D') === true
  }
  assert.ok(isForgotten)
  kernel.last.print(removed('10.0.0.11', 3))
  assert.ok(!kernel.last.isOver)
  await clock.advanceAsync(2_000)
  await closing
  assert.deepEqual(
    flows.map(({ client, end }) => [client.port, end]),
    [
      [1, 'target failed'],
      [2, 'removed'],
      [3, 'closed'],
    ],
  )
  assert.ok(kernel.last.isOver)
  assert.equal(kernel.all.length, 1)
})

test('what is over is forgotten at the close, and nobody is told: they know', async () => {
  const { clock, kernel, engine, apply, connects } = fixture()
  await apply()
  kernel.tracked = ['ESTABLISHED', 'TIME_WAIT', 'CLOSE']
    .map(
      (state, i) =>
        `tcp 6 9 ${state} src=10.0.0.9 dst=10.0.0.1 sport=${i} dport=80 src=10.0.0.10 dst=10.0.0.9 sport=80 dport=${i} use=1\n`,
    )
    .join('')
  const closing = engine.close(0)
  await clock.advanceAsync(5_000)
  await closing
  assert.deepEqual([...new Set(connects)], ['10.0.0.9:0'])
})

test('of a target that fails, waiting connects are forgotten with its flows; of one that drains, they alone', async () => {
  const { kernel, apply } = fixture()
  await apply()
  await apply({ a: 'unhealthy' })
  assert.deepEqual(
    [kernel.counted(/-D .*--reply-src 10\.0\.0\.10 /), kernel.counted(/--state SYN_SENT/)],
    [1, 0],
  )
  await apply({ a: 'unhealthy', b: 'draining' })
  assert.deepEqual(
    [kernel.counted(/-D .*--reply-src 10\.0\.0\.11 /), kernel.counted(/--state SYN_SENT/)],
    [0, 1],
  )
})

test('flows that are left when the deregistration delay is over have drained', async () => {
  const { clock, kernel, engine, flows } = fixture()
  const [a, b] = ['a', 'b'].map((id, i) => targetPart(id, { address: `10.0.0.1${i}`, port: 80 }))
  assert.ok(a && b)
  const group = { resetsAfterDeregistration: true, deregistrationDelayMs: 5_000 }
  const targets = [{ ...a, deregistering: true }, b]
  await engine.apply(
    snapshotPart([listenerPart(80)], [groupPart(targets, group)], { address: '10.0.0.1' }),
    new Map([
      [a.key, { state: 'draining' }],
      [b.key, { state: 'healthy' }],
    ]),
  )
  kernel.last.print(removed('10.0.0.10', 1))
  await clock.advanceAsync(5_000)
  assert.ok(kernel.counted(/^conntrack -D.*--reply-src 10\.0\.0\.10/) > 0)
  kernel.last.print(removed('10.0.0.10', 2))
  assert.deepEqual(
    flows.map(({ client, end }) => [client.port, end]),
    [
      [1, 'removed'],
      [2, 'drained'],
    ],
  )
})
