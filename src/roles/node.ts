import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type CallThreads, uncountedThreads } from '../base/call-threads.ts'
import { every } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import type { Endpoint } from '../base/network.ts'
import { letHeapGrow } from '../io/heap-growth.ts'
import { version } from '../io/version.ts'
import {
  type AdmissionSettings,
  defaultAdmission,
  defaultGroup,
  queryBounds,
} from '../resources/admission-settings.ts'
import { clusterSecretKey } from '../resources/cluster-secret.ts'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import { nodeRoleName } from '../resources/roles.ts'
import { heartbeatIntervalMs, type NodeStatus, nodeStatusKey } from '../resources/status.ts'
import { statusPublisher } from '../resources/status-publisher.ts'
import { statusTeller } from '../resources/status-teller.ts'
import { activityViews } from '../sql/admission/activity-views.ts'
import { createVerifier, defaultSaltBytes } from '../sql/auth/scram-verifier.ts'
import { loadCatalog } from '../sql/catalog/load-catalog.ts'
import { type DuckdbEngine, openDuckdbEngine } from '../sql/engine/duckdb-engine.ts'
import { measuredEngine } from '../sql/engine/measured-engine.ts'
import type { PgwireLimits } from '../sql/pgwire/limits.ts'
import { type PostgresServer, startPostgresServer } from '../sql/pgwire/server.ts'
import { type AccessState, readAccess } from '../sql/rights/access-state.ts'
import { loginVerifier } from '../sql/rights/log-in.ts'
import { rightsEngine } from '../sql/rights/rights-engine.ts'
import { healthPages } from '../sql/web/health-pages.ts'
import { nodeMetrics } from '../sql/web/node-metrics.ts'
import { watchReadiness } from '../sql/web/readiness.ts'
import { startWebServer } from '../sql/web/web-server.ts'
import type { Snapshot } from '../store/store.ts'
import { cancelPeers, nodeNumber } from './cancel-peers.ts'
import type { RoleContext, RunningRole } from './context.ts'
import { guardedNetwork } from './guarded-network.ts'
import { startNodeAdmission } from './node-admission.ts'
import { endForMemory, killSelf, ping } from './node-end.ts'
import { startNodeFlight } from './node-flight.ts'
import { startNodeTls } from './node-tls.ts'
import { rehearse } from './rehearsal.ts'
import { securityGuard } from './security-guard.ts'

const pingIntervalMs = 500
const pingTimeoutMs = 1_000
/** How old what the store says of sessions and queries may be: it is for people. */
const countersIntervalMs = 1_000
const accessPrefix = 'access/'

export interface NodeOptions {
  /** What files are stamped by. */
  readonly wallMs?: () => number
  /** What this process holds, all of it. */
  readonly processBytes?: () => number
  /** Counts the threads that statements hold. */
  readonly callThreads?: CallThreads
  /** Ends the process, for which nothing but a new one helps. */
  readonly die?: (why: unknown) => void
}

export interface RunningNode extends RunningRole {
  /** Where clients find it. */
  readonly runtime: Endpoint
  readonly auxiliary: Endpoint
  readonly odbc: Endpoint
  readonly web: Endpoint
}

/**
 * Serves SQL over the views of its catalog file, as its instance document says. The store is only needed to start: afterwards the node
 * works by what it last read, and goes on when the store is gone.
 */
export async function startNode(
  context: RoleContext,
  {
    wallMs = Date.now,
    processBytes = process.memoryUsage.rss,
    callThreads = uncountedThreads,
    die = killSelf,
  }: NodeOptions = {},
): Promise<RunningNode> {
  letHeapGrow()
  const { store, clock, log } = context
  const initial = store.read()
  const { id, config } = findInstance(initial, context.roleName)
  const guard = securityGuard(id, initial, log)
  const network = guardedNetwork(context.network, guard)
  const tempDirectory = join(context.stateDir, 'temp', context.roleName)
  // A node that was killed left its temporary files behind; nobody else writes there.
  rmSync(tempDirectory, { recursive: true, force: true })

  let served = config
  const admissionSettings = (): AdmissionSettings => served.limits.admission ?? defaultAdmission
  const bounds = queryBounds(admissionSettings(), config.limits.memoryLimitMegabytes, defaultGroup)
  const engine = await openDuckdbEngine({
    catalog: await loadCatalog(config.catalogFile),
    database: config.database,
    memoryLimitMegabytes: bounds.memoryMegabytes,
    temporaryMegabytesMax: bounds.spillMegabytes,
    placesMax: () => admissionSettings().concurrentMax,
    threads: engineThreads(initial),
    tempDirectory,
    log,
    clock,
    wallMs,
    callThreads,
  })
  const metrics = nodeMetrics()
  let access = readAccess(initial)
  const admission = startNodeAdmission(context, {
    engine: measuredEngine(engine, clock, metrics),
    duckdb: engine,
    limits: config.limits,
    metrics: metrics.admission,
    access: () => access,
    processBytes,
  })
  const rights = rightsEngine({
    engine: admission.engine,
    store,
    access: () => access,
    accessChanged() {
      access = readAccess(store.read())
    },
    relations: engine.relations,
    views: activityViews({
      now: () => clock.now(),
      queries: admission.engine.queries,
      sessions: () => server.activity(),
      settings: admission.settings,
      connectionsMax: () => served.limits.connectionsMax,
      memoryLimitMegabytes: () => served.limits.memoryLimitMegabytes,
    }),
    activity: {
      database: config.database,
      wallMs: () => Date.now(),
      sessions() {
        const queued = new Set(
          admission.engine.queries().flatMap(query => (query.state === 'waiting' ? [query.processId] : [])),
        )
        return server.activity().map(one => ({ ...one, isQueued: queued.has(one.processId) }))
      },
    },
    backends: {
      cancel: processId => server.cancelBackend(processId),
      terminate: processId => server.terminateBackend(processId),
      userOf: processId => server.activity().find(one => one.processId === processId)?.user,
    },
    database: config.database,
    makeVerifier: password => createVerifier(password, randomBytes(defaultSaltBytes)),
  })
  const { tls, stop: stopTls } = await startNodeTls(context, config)
  const peers = cancelPeers(context, config.address)
  peers.update(initial)
  const server = await startPostgresServer({
    network,
    at: { address: config.address, port: config.ports.odbc },
    clock,
    random: context.random,
    engine: rights,
    log,
    settingsOf: admission.settingsOf,
    connectionsMax: admission.connectionsMax,
    cancelPeers: peers,
    limits: protocolLimits(config),
    tls,
    authenticate: user => loginVerifier(access, user, new Date(), config.database),
    nodeNumber: nodeNumber(config.address),
    database: config.database,
    nodeName: config.name,
    ...mockSecret(access),
  })
  const flight = await startNodeFlight(
    { ...context, network },
    {
      config,
      mayReach: to => guard.whyForbidden(to) === undefined,
      engine: rights,
      tls,
      verifierOf: user => loginVerifier(access, user, new Date(), config.database),
      catalogVersion: () => engine.catalogVersion(),
    },
  )

  const publish = statusPublisher(store, log)
  const statusKey = nodeStatusKey(id)
  const tellStatus = statusTeller<NodeStatus>({
    store,
    clock,
    publish,
    key: statusKey,
    parts: [
      { of: ({ ready, reason }) => [ready, reason], afterMs: 0 },
      { of: status => status, afterMs: countersIntervalMs },
    ],
  })
  let heartbeat = 0
  let appliedRevision = initial.revision
  function beat(): void {
    const now = readiness.read()
    store.heartbeats.beat(statusKey, { heartbeat: heartbeat++, appliedRevision })
    tellStatus({
      ready: now.isReady,
      reason: now.isReady ? '' : now.reason,
      activeQueries: metrics.activeQueries(),
      sessions: server.sessions(),
    })
  }
  const readiness = watchReadiness({
    clock,
    ping: () => ping(engine, die),
    intervalMs: pingIntervalMs,
    timeoutMs: pingTimeoutMs,
    changed(now) {
      log.info('readiness changed', { ...now })
      beat()
    },
  })
  admission.watchMemory(pressure => {
    log.info('memory pressure changed', { pressure })
    readiness.press(pressure === 'over')
    if (pressure === 'exhausted') void endForMemory({ ...context, admission, server, readiness, die })
  })
  const page = metrics.page({
    sessions: () => server.sessions(),
    isReady: () => readiness.read().isReady,
    counters: () => ({ ...server.counters }),
    flightCounters: () => ({ ...flight.server.counters }),
    fileCopies: () => engine.fileCopies(),
    build: { version: version(), engine: 'duckdb' },
  })
  const web = await startWebServer({
    network,
    at: { address: config.address, port: config.ports.web },
    clock,
    pages: new Map([...healthPages(readiness.read), ['/metrics', page]]),
  })
  log.info('node serves', {
    runtime: flight.server.at[0],
    auxiliary: flight.server.at[1],
    odbc: server.at,
    web: web.at,
    catalogFile: config.catalogFile,
  })

  let stopping: Promise<void> | undefined
  engine
    .warm()
    .then(() => rehearse(context, engine, config.address, () => stopping !== undefined))
    .catch((error: unknown) => {
      if (stopping === undefined) log.warn('rehearsal failed', { error: String(error) })
    })
  const cancelBeat = every(clock, heartbeatIntervalMs, beat)
  beat()

  const cancelWatch = store.watch(initial.revision, (snapshot, keys) => {
    appliedRevision = snapshot.revision
    if (hasPrefix(keys, 'ec2/') || hasPrefix(keys, 'elbv2/load-balancer/')) guard.update(snapshot)
    if (keys.has(clusterSecretKey) || hasPrefix(keys, instancePrefix)) peers.update(snapshot)
    if (hasPrefix(keys, accessPrefix)) access = readAccess(snapshot)
    if (!hasPrefix(keys, instancePrefix)) return
    const found = instanceOf(snapshot, context.roleName)
    if (found === undefined) return
    const before = served
    served = found.config
    admission.change(served.limits)
    void applyConfig(engine, before, served, log)
  })

  const stop = async (): Promise<void> => {
    // First nobody is sent here any more, then who is here may finish.
    readiness.drain()
    cancelWatch()
    flight.stop()
    const { drainTimeoutMs } = served.limits
    await Promise.all([drain(server, drainTimeoutMs), flight.server.drain(drainTimeoutMs)])
    readiness.stop()
    stopTls()
    cancelBeat()
    admission.stop()
    await web.close()
    await engine.close()
    metrics.close()
    await publish.flushed()
  }
  return {
    runtime: flight.server.at[0] ?? server.at,
    auxiliary: flight.server.at[1] ?? server.at,
    odbc: server.at,
    web: web.at,
    stop: () => (stopping ??= stop()),
  }
}

async function drain(server: PostgresServer, deadlineMs: number): Promise<void> {
  await server.drain(deadlineMs)
  await server.close()
}

/** Limits are applied at once, a new catalog is served to new sessions; the rest needs a new process. */
async function applyConfig(
  engine: DuckdbEngine,
  before: NodeConfig,
  now: NodeConfig,
  log: RoleContext['log'],
): Promise<void> {
  const needsRestart = JSON.stringify(fixed(before)) !== JSON.stringify(fixed(now))
  if (needsRestart) log.warn('configuration changed: restart the node to apply it', { name: now.name })
  if (before.catalogFile === now.catalogFile) return
  try {
    await engine.reload(await loadCatalog(now.catalogFile))
    log.info('catalog changed', { catalogFile: now.catalogFile })
  } catch (error) {
    log.error('catalog not changed: the old one is still served', { error: String(error) })
  }
}

function fixed({ address, ports, database, tls, protocol }: NodeConfig): object {
  return { address, ports, database, tls, protocol }
}

function protocolLimits({ limits, protocol }: NodeConfig): Partial<PgwireLimits> {
  const { messageMegabytesMax, ...others } = protocol
  return {
    ...others,
    connectionsMax: limits.connectionsMax,
    messageBytesMax: messageMegabytesMax * 1024 * 1024,
  }
}

interface FoundInstance {
  readonly id: string
  readonly config: NodeConfig
}

function findInstance(snapshot: Snapshot, roleName: string): FoundInstance {
  const found = instanceOf(snapshot, roleName)
  if (found !== undefined) return found
  throw new EverportError('not_found', `no instance is named for the role ${roleName}`, {
    hint: 'the topology file decides which nodes there are: everport status',
  })
}

/**
 * The engine's threads, shared by all queries of the node: its part of the processors, which all nodes of the store share. More would
 * only wait for each other, and cost short queries a third of their speed.
 */
function engineThreads(snapshot: Snapshot): number {
  const nodes = Math.max(1, snapshot.list(instancePrefix).length)
  return Math.max(1, Math.floor(availableParallelism() / nodes))
}

function instanceOf(snapshot: Snapshot, roleName: string): FoundInstance | undefined {
  for (const { value } of snapshot.list<InstanceDocument>(instancePrefix)) {
    if (value.DesiredState !== 'terminated' && nodeRoleName(value.UserData.name) === roleName) {
      return { id: value.Instance.InstanceId, config: value.UserData }
    }
  }
  return undefined
}

/** Secret, and the same on every node of the installation: made of what all of them know and nobody else. */
function mockSecret({ roles }: AccessState): { mockSecret?: Uint8Array } {
  if (roles.size === 0) return {}
  const hash = createHash('sha256').update('everport mock authentication')
  for (const verifier of [...roles.values()].map(role => role.verifier).sort()) hash.update(verifier)
  return { mockSecret: hash.digest() }
}

function hasPrefix(keys: ReadonlySet<string>, prefix: string): boolean {
  for (const key of keys) if (key.startsWith(prefix)) return true
  return false
}
