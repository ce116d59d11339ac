import {
  type BalancerSnapshot,
  balancerSnapshot,
  type TargetSnapshot,
} from '../../src/balancer/selection/balancer-snapshot.ts'
import { ipProtocol } from '../../src/balancer/selection/flow-hash.ts'
import { type Routing, routing } from '../../src/balancer/selection/routing.ts'
import { processesOf, type TargetHealth, targetHealth } from '../../src/balancer/target-health.ts'
import { type Clock, every } from '../../src/base/clock.ts'
import type { Log } from '../../src/base/log.ts'
import type { Random } from '../../src/base/random.ts'
import type { SendProbe } from '../../src/health/probe.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  heartbeatIntervalMs,
  type ProcessStatus,
  processStatusKey,
} from '../../src/resources/status.ts'
import type { Store } from '../../src/store/store.ts'
import { selfAddress } from './world.ts'

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
  readonly log: Log
}

/** A balancer's decisions without its sockets: the real snapshot, health and selection, and its status in the store. */
export interface SimulatedBalancer {
  readonly snapshot: BalancerSnapshot
  readonly health: TargetHealth
  select(port: number, sourcePort: number, tried: readonly TargetSnapshot[]): TargetSnapshot | undefined
}

export function simulatedBalancer(options: BalancerOptions): SimulatedBalancer {
  const { loadBalancer, zone, store, clock, random, send, log } = options
  const snapshot = balancerSnapshot(store.read(), loadBalancer, zone)
  let routes: Routing | undefined
  let heartbeat = 0
  const publish = (): void => {
    const key = balancerStatusKey(loadBalancer, zone)
    store.heartbeats.beat(key, { heartbeat: heartbeat++, appliedRevision: snapshot.revision })
    const status: BalancerStatus = {
      engine: 'simulated',
      engineReason: '',
      listeners: [],
      targets: health.observed(),
    }
    void store.commit([], [{ key, value: status }])
  }
  const changed = (): void => {
    routes = undefined
    publish()
  }
  const self = { address: selfAddress, port: 1 }
  const health = targetHealth({ clock, random, send, log, changed, self })
  const heard = new Map<string, ProcessStatus>()
  const hearSupervisor = (): void => {
    for (const name of processesOf(snapshot).keys()) {
      const status = store.read().get<ProcessStatus>(processStatusKey(name))?.value
      if (status === undefined || heard.get(name) === status) continue
      heard.set(name, status)
      health.hear(name, status)
    }
  }
  health.watch(snapshot)
  hearSupervisor()
  every(clock, watchMs, hearSupervisor)
  every(clock, heartbeatIntervalMs, publish)

  return {
    snapshot,
    health,
    select(port, sourcePort, tried) {
      routes ??= routing(snapshot, health.states())
      const choice = routes.choose(port, {
        sourceAddress: '127.0.0.1',
        sourcePort,
        destinationAddress: snapshot.address ?? '',
        destinationPort: port,
        protocol: ipProtocol.tcp,
      })
      return choice === undefined ? undefined : routes.select(choice, tried)
    },
  }
}
