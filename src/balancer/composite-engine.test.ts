import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../testing/balancer-parts.ts'
import { compositeEngine } from './composite-engine.ts'
import type { Engine, ListenerCounters, TargetCounters } from './engine.ts'
import { newListenerCounters, newTargetCounters } from './new-counters.ts'
import type { BalancerSnapshot } from './selection/balancer-snapshot.ts'

class Recorder implements Engine {
  readonly name: string
  readonly seen: BalancerSnapshot[] = []
  readonly listeners = new Map<number, ListenerCounters>()
  readonly forgotten = new Map<string, TargetCounters>()
  failure: Error | undefined
  isClosed = false

  constructor(name: string) {
    this.name = name
  }

  apply(snapshot: BalancerSnapshot): Promise<void> {
    this.seen.push(snapshot)
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure)
  }

  counters() {
    return { listeners: this.listeners, targets: new Map(), forgotten: this.forgotten }
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }

  ports(): number[] {
    return this.seen.at(-1)?.listeners.map(({ port }) => port) ?? []
  }
}

const counted = (accepted: number): ListenerCounters => ({ ...newListenerCounters(), active: 1, accepted })
const snapshot = snapshotPart(
  [listenerPart(80), listenerPart(443, { protocol: 'TLS' })],
  [groupPart([targetPart('a')])],
)

test('each listener goes to the engine that can serve it; both know every target', async () => {
  const [fast, other] = [new Recorder('fast'), new Recorder('other')]
  const engine = compositeEngine(fast, other, ({ protocol }) => protocol !== 'TLS')
  await engine.apply(snapshot, new Map())
  assert.deepEqual([engine.name, fast.ports(), other.ports()], ['fast', [80], [443]])
  assert.deepEqual(fast.seen[0]?.targetGroups, other.seen[0]?.targetGroups)
  fast.listeners.set(80, counted(3))
  other.listeners.set(80, counted(2)).set(443, counted(1))
  assert.deepEqual(
    [...engine.counters().listeners].map(([port, { accepted, active }]) => [port, accepted, active]),
    [
      [80, 5, 2],
      [443, 1, 1],
    ],
  )
  await engine.close(0)
  assert.deepEqual([fast.isClosed, other.isClosed], [true, true])
})

test('what was counted of targets that are forgotten stays counted, whichever engine counted it', () => {
  const [fast, other] = [new Recorder('fast'), new Recorder('other')]
  fast.forgotten.set('tg/', { ...newTargetCounters(), opened: 3 })
  other.forgotten.set('tg/', { ...newTargetCounters(), opened: 4 })
  const engine = compositeEngine(fast, other, () => true)
  assert.equal(engine.counters().forgotten?.get('tg/')?.opened, 7)
})

test('one fails: the other has been told all the same, and the failure is told', async () => {
  const [fast, other] = [new Recorder('fast'), new Recorder('other')]
  fast.failure = new Error('no kernel')
  const engine = compositeEngine(fast, other, ({ protocol }) => protocol !== 'TLS')
  await assert.rejects(engine.apply(snapshot, new Map()), /no kernel/)
  assert.deepEqual(other.ports(), [443])
})
