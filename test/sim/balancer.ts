import {
  type BalancerSnapshot,
  balancerSnapshot,
  type TargetSnapshot,
} from '../../src/balancer/selection/balancer-snapshot.ts'
import { type TargetState, targetState } from '../../src/balancer/selection/target-state.ts'
import { type Routing, routing } from '../../src/balancer/userspace/routing.ts'
import type { Clock } from '../../src/base/clock.ts'
import { every } from '../../src/base/clock.ts'
import type { Random } from '../../src/base/random.ts'
import { type Checker, healthChecker } from '../../src/health/checker.ts'
import type { SendProbe } from '../../src/health/probe.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  heartbeatIntervalMs,
  type ProcessStatus,
  processStatusKey,
} from '../../src/resources/status.ts'
import type { Store } from '../../src/store/store.ts'

/** How late a program sees what was written: the store promises 50 ms. */
export const watchMs = 50

export interface BalancerOptions {
  readonly loadBalancer: string
  readonly zone: string
  readonly store: Store
  /** The program's own time. */
  readonly clock: Clock
  readonly random: Random
  readonly send: SendProbe
  readonly verdictChanged: (what: string) => void
}

/** A balancer's decisions without its sockets: the real snapshot, checker, states and selection, and its status in the store. */
export interface SimulatedBalancer {
  readonly snapshot: BalancerSnapshot
  readonly checker: Checker
  select(port: number, hash: number, tried: readonly TargetSnapshot[]): TargetSnapshot | undefined
}

export function simulatedBalancer(options: BalancerOptions): SimulatedBalancer {
  const { loadBalancer, zone, store, clock, random, send } = options
  const snapshot = balancerSnapshot(store.read(), loadBalancer, zone)
  const targets = snapshot.targetGroups.flatMap(group => group.targets.map(target => ({ group, target })))
  let routes: Routing | undefined
  const checker = healthChecker({
    clock,
    random,
    send,
    changed: (id, verdict, before) => {
      routes = undefined
      options.verdictChanged(
        `${loadBalancer}/${zone} ${id}: ${before.state} → ${verdict.state} ${verdict.forced ?? ''}`,
      )
    },
  })
  checker.setTargets(
    targets.map(({ group: { health, probeHost }, target }) => {
      const port = health.port === 'traffic-port' ? target.port : health.port
      const to = { address: target.address, port }
      const { timeoutMs, path, matcher, intervalMs, immediateReprobe } = health
      const probe = { to, timeoutMs, protocol: 'http' as const, host: probeHost, path, matcher }
      return { id: target.key, probe, intervalMs, immediateReprobe, thresholds: health }
    }),
  )

  const hearSupervisor = (): void => {
    for (const { target } of targets) {
      const status = store.read().get<ProcessStatus>(processStatusKey(target.process ?? ''))?.value
      if (status === undefined) continue
      const isDead =
        status.state === 'backing-off' || status.state === 'crash-looping' || status.state === 'stopped'
      checker.setWord(target.key, isDead ? 'dead' : 'alive', `the supervisor says ${status.state}`)
    }
  }
  const states = (): ReadonlyMap<string, TargetState> =>
    new Map(
      targets.map(({ group, target }) => [
        target.key,
        targetState(group, target, checker.verdict(target.key), clock.now()),
      ]),
    )

  let heartbeat = 0
  const publish = (): void => {
    heartbeat++
    const now = states()
    const status: BalancerStatus = {
      heartbeat,
      appliedRevision: snapshot.revision,
      engine: 'simulated',
      engineReason: '',
      listeners: [],
      targets: targets.map(({ group, target }) => ({
        TargetGroupArn: group.arn,
        Target: { Id: target.id, Port: target.port, AvailabilityZone: target.zone },
        TargetHealth: { State: now.get(target.key)?.state ?? 'initial' },
        Evidence: '',
      })),
    }
    void store.commit([], [{ key: balancerStatusKey(loadBalancer, zone), value: status }])
  }
  every(clock, watchMs, hearSupervisor)
  every(clock, heartbeatIntervalMs, publish)
  hearSupervisor()

  return {
    snapshot,
    checker,
    select(port, hash, tried) {
      routes ??= routing(snapshot, states())
      return routes.select(port, hash, tried)
    },
  }
}
