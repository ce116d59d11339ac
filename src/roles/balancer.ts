import type { Engine, EngineEvents } from '../balancer/engine.ts'
import { flowLog } from '../balancer/flow-log.ts'
import { type BalancerSnapshot, balancerSnapshot } from '../balancer/selection/balancer-snapshot.ts'
import { processesOf, type TargetHealth, targetHealth } from '../balancer/target-health.ts'
import { type Clock, every, pause } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Listening, Network } from '../base/network.ts'
import { observedGroups } from '../dns/routing/observed-groups.ts'
import { zonalHealth } from '../dns/routing/zonal-health.ts'
import { networkProbes } from '../health/send-probe.ts'
import { passwordFileReader } from '../io/password-file.ts'
import { certificatePrefix } from '../resources/certificates.ts'
import { eventJournal } from '../resources/event-journal.ts'
import { balancerEventsPrefix } from '../resources/events.ts'
import { instancePrefix } from '../resources/instances.ts'
import {
  engineWish,
  type LoadBalancerDocument,
  loadBalancerKey,
  type ObservedTarget,
  type TargetGroupDocument,
  workersWish,
} from '../resources/load-balancing.ts'
import { securityGroupPrefix } from '../resources/network.ts'
import { balancerRoleName } from '../resources/roles.ts'
import {
  type BalancerStatus,
  balancerStatusKey,
  heartbeatIntervalMs,
  type NodeStatus,
  nodeStatusKey,
  type ProcessStatus,
  processStatusKey,
} from '../resources/status.ts'
import { statusPublisher } from '../resources/status-publisher.ts'
import { statusTeller } from '../resources/status-teller.ts'
import { passwordFolder, type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { sqlProbe } from '../sql/client/sql-probe.ts'
import type { Revision, Snapshot } from '../store/store.ts'
import { balancerEngine } from './balancer-engine.ts'
import { serveBalancerMetrics } from './balancer-metrics.ts'
import type { RoleContext, RunningRole } from './context.ts'

/** Listeners open when every target has been probed once, or after this: a hung target must not delay the others. */
const firstRoundMs = 600
const firstRoundPollMs = 5
/** A listener that could not open is tried again. */
const listenRetryMs = 1_000
const stopDeadlineMs = 5_000

const selfAddress = '127.0.0.1'

export interface BalancerOptions {
  readonly wallMs?: () => number
}

/** Documents that a snapshot is derived from. */
const resourcePrefixes = ['elbv2/', instancePrefix, securityGroupPrefix, certificatePrefix] as const
const processPrefix = processStatusKey('')
const nodePrefix = nodeStatusKey('')

/**
 * One load balancer in one zone. It works by what it last read: with control, agent and store gone, it serves, checks and fails over as
 * before.
 */
export async function startBalancer(
  context: RoleContext,
  { wallMs = Date.now }: BalancerOptions = {},
): Promise<RunningRole> {
  const { store, clock, log, network } = context
  const initial = store.read()
  const { loadBalancer, zone } = whichBalancer(initial, context.roleName)
  const statusKey = balancerStatusKey(loadBalancer, zone)
  const publish = statusPublisher(store, log)

  let snapshot = balancerSnapshot(initial, loadBalancer, zone)
  let documents = initial
  let seenRevision = initial.revision
  let appliedRevision: Revision = 0
  let applying = 0
  let isServing = false
  let heartbeat = 0
  let lastFailure: EverportError | undefined
  let cancelRetry = (): void => undefined

  const journal = eventJournal({ store, log, prefix: balancerEventsPrefix, by: context.roleName, wallMs })
  const self = await listenForSelf(network, log)
  const readPasswordFile = passwordFileReader(() => passwordFolder(store.read(), context.stateDir))
  const health = targetHealth({
    clock,
    random: context.random,
    send: networkProbes(network, clock, {
      sql: (spec, done) => sqlProbe({ network, clock, random: context.random, readPasswordFile }, spec, done),
    }),
    log,
    changed: () => {
      if (isServing) void apply()
    },
    alarm(alarm) {
      log.warn(alarm.event, { ...alarm })
      journal.tell(alarm)
    },
    ...(self === undefined ? {} : { self: self.at }),
  })
  const attributes = initial.get<LoadBalancerDocument>(loadBalancerKey(loadBalancer))?.value.Attributes ?? {}
  const wishes = { engine: engineWish(attributes), workers: workersWish(attributes) }
  const flows = flowLog(log, clock, () => snapshot.flowLog)
  const events: EngineEvents = {
    connectFailed: (key, reason) => health.connectFailed(key, reason),
    flowEnded: flow => flows.tell(flow),
    flowsUntold: (count, end) => flows.count(count, end),
  }
  const { engine, reason, workers } = await balancerEngine(context, snapshot, wishes, events)

  const tellStatus = statusTeller<BalancerStatus>({
    store,
    clock,
    publish,
    key: statusKey,
    parts: statusParts,
  })
  const tell = (also: Pick<BalancerStatus, 'listeners' | 'targets'>): void => {
    store.heartbeats.beat(statusKey, { heartbeat: heartbeat++, appliedRevision })
    tellStatus({
      engine: engine.name,
      engineReason: lastFailure?.message ?? reason(snapshot),
      ...also,
    })
  }
  const beat = (): void => {
    if (!isServing) return
    if (applying === 0) appliedRevision = seenRevision
    tell({ listeners: listenersOf(engine, snapshot), targets: health.observed() })
  }

  /** Selection changes at once; listeners may take a moment. */
  const apply = async (): Promise<void> => {
    applying++
    try {
      await engine.apply(snapshot, health.states())
      lastFailure = undefined
    } catch (error) {
      if (!(error instanceof EverportError)) throw error
      if (lastFailure?.message !== error.message)
        log.error('listener not opened', { message: error.message, hint: error.hint })
      lastFailure = error
      cancelRetry()
      cancelRetry = clock.after(listenRetryMs, () => void apply())
    }
    applying--
    beat()
  }

  const hear = (now: Snapshot, processes: Iterable<string>): void => {
    const instances = processesOf(snapshot)
    for (const name of processes) {
      const node = now.get<NodeStatus>(nodeStatusKey(instances.get(name) ?? ''))?.value
      health.hear(name, now.get<ProcessStatus>(processStatusKey(name))?.value, node?.ready === true)
    }
  }

  const changed = (now: Snapshot, keys: ReadonlySet<string>): void => {
    documents = now
    seenRevision = now.revision
    const written = [...keys]
    const instances = new Set(
      written.filter(key => key.startsWith(nodePrefix)).map(key => key.slice(nodePrefix.length)),
    )
    const ofNodes = [...processesOf(snapshot)].flatMap(([name, id]) => (instances.has(id) ? [name] : []))
    hear(now, [
      ...written.filter(key => key.startsWith(processPrefix)).map(key => key.slice(processPrefix.length)),
      ...ofNodes,
    ])
    if (!written.some(key => resourcePrefixes.some(prefix => key.startsWith(prefix)))) return
    const known = processesOf(snapshot)
    snapshot = balancerSnapshot(now, loadBalancer, zone)
    health.watch(snapshot)
    hear(
      now,
      [...processesOf(snapshot).keys()].filter(name => !known.has(name)),
    )
    if (isServing) void apply()
  }

  const stopWatching = store.watch(initial.revision, changed)
  health.watch(snapshot)
  hear(initial, processesOf(snapshot).keys())
  await firstRound(clock, health)
  // Whoever acknowledges changes waits for those it knows of (aws/server/data-planes.ts). So this one is known, with no target yet that
  // DNS could count on, before it reads what it begins with: no change can be acknowledged that it has not seen.
  appliedRevision = seenRevision
  tell({ listeners: [], targets: [] })
  await publish.flushed()
  documents = store.read()
  seenRevision = documents.revision
  snapshot = balancerSnapshot(documents, loadBalancer, zone)
  health.watch(snapshot)
  try {
    await engine.apply(snapshot, health.states())
  } catch (error) {
    stopWatching()
    health.close()
    publish({ key: statusKey, value: undefined })
    store.heartbeats.end(statusKey)
    await publish.flushed()
    await engine.close(0)
    throw error
  }
  isServing = true
  log.info('serving', {
    loadBalancer,
    zone,
    address: snapshot.address,
    ports: snapshot.listeners.map(({ port }) => port),
    targets: health.states().size,
  })
  // What changed while the listeners opened.
  void apply()
  const metrics = await serveBalancerMetrics(
    context,
    documents.get<TopologySettings>(topologySettingsKey)?.value,
    {
      snapshot: () => snapshot,
      counters: () => engine.counters(),
      observed: () => health.observed(),
      isZoneHealthy: () => isZoneHealthy(documents, loadBalancer, zone, health.observed()),
      engine: () => engine.name,
      workers,
    },
  )
  const stopBeating = every(clock, heartbeatIntervalMs, beat)

  return {
    async stop() {
      isServing = false
      stopWatching()
      stopBeating()
      cancelRetry()
      // Whoever answers names must not wait for the heartbeat's timeout to learn of this.
      publish({ key: statusKey, value: undefined })
      store.heartbeats.end(statusKey)
      await metrics?.close()
      await self?.close()
      await engine.close(stopDeadlineMs)
      flows.close()
      health.close()
      await publish.flushed()
      await journal.flushed()
    },
  }
}

/** What the balancer connects to when it checks itself: this machine's network, its descriptors and its own loop are what it shares with every probe. */
async function listenForSelf(network: Network, log: Log): Promise<Listening | undefined> {
  try {
    return await network.listen({ address: selfAddress, port: 0 }, {}, connection => {
      connection.on('error', () => undefined)
      connection.destroy()
    })
  } catch (error) {
    log.error('no check of this balancer by itself', { error: String(error) })
    return undefined
  }
}

/** A role name does not tell where the load balancer's name ends and the zone's begins; the documents do. */
function whichBalancer(
  snapshot: Snapshot,
  roleName: string,
): { readonly loadBalancer: string; readonly zone: string } {
  const known: string[] = []
  for (const { value } of snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/')) {
    const { LoadBalancerName: loadBalancer, AvailabilityZones: zones } = value.LoadBalancer
    for (const { ZoneName: zone = '' } of zones) {
      const name = balancerRoleName(loadBalancer, zone)
      if (name === roleName) return { loadBalancer, zone }
      known.push(name)
    }
  }
  throw new EverportError('not_found', `no load balancer and zone are called ${roleName}`, {
    detail: known.length === 0 ? 'the store has no load balancer' : `the store has ${known.join(', ')}`,
    hint: 'apply a topology that has it: everport up FILE',
  })
}

/** By the rules that DNS leaves a zone out by, as far as this balancer's own view goes. */
function isZoneHealthy(
  documents: Snapshot,
  loadBalancer: string,
  zone: string,
  observed: readonly ObservedTarget[],
): boolean {
  const balancer = documents.get<LoadBalancerDocument>(loadBalancerKey(loadBalancer))?.value
  if (balancer === undefined) return false
  const groups = documents
    .list<TargetGroupDocument>('elbv2/target-group/')
    .map(({ value }) => [value.TargetGroup.TargetGroupArn, value] as const)
  const counted = observedGroups([observed], balancer, new Map(groups))
  return zonalHealth(zone, { isAlive: true, process: undefined, groups: counted }).healthy
}

/** Never serve before the first round of knowledge. */
async function firstRound(clock: Clock, health: TargetHealth): Promise<void> {
  const deadline = clock.now() + firstRoundMs
  while (!health.isSettled() && clock.now() < deadline) await pause(clock, firstRoundPollMs)
}

/**
 * What anybody decides by is told at once; counters, which are for people, a second later, and how long the checks of those who pass
 * them took, which is another at every check, from time to time.
 */
const statusParts = [
  { of: (status: BalancerStatus) => ({ ...withoutLatencies(status), listeners: [] }), afterMs: 0 },
  { of: withoutLatencies, afterMs: 1_000 },
  { of: (status: BalancerStatus) => status, afterMs: 30_000 },
] as const

function withoutLatencies(status: BalancerStatus): BalancerStatus {
  const targets = status.targets.map(target =>
    target.TargetHealth.State === 'healthy' ? { ...target, Evidence: '' } : target,
  )
  return { ...status, targets }
}

function listenersOf(engine: Engine, { listeners }: BalancerSnapshot): BalancerStatus['listeners'] {
  const counters = engine.counters().listeners
  return listeners.map(({ port }) => ({
    port,
    activeConnections: counters.get(port)?.active ?? 0,
    newConnections: counters.get(port)?.accepted ?? 0,
  }))
}
