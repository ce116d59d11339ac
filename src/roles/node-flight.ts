import type { Endpoint } from '../base/network.ts'
import { version } from '../io/version.ts'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import { deriveKeyOnce } from '../sql/client/derive-key.ts'
import type { Engine } from '../sql/engine/engine.ts'
import { cancelElsewhere } from '../sql/flight/cancel-elsewhere.ts'
import { type FlightServer, startFlightServer } from '../sql/flight/flight-server.ts'
import type { Sealer } from '../sql/flight/sealed-words.ts'
import type { ServerTls } from '../sql/pgwire/secure-connection.ts'
import type { Snapshot } from '../store/store.ts'
import type { RoleContext } from './context.ts'
import { ensureFlightSecret } from './flight-secret.ts'
import { peerSecurity } from './peer-security.ts'

export interface NodeFlightOptions {
  readonly config: NodeConfig
  /** The same that the PostgreSQL port asks: rights, admission and metrics are behind it. */
  readonly engine: Engine
  /** Of the PostgreSQL port; whether these ports use it, the configuration says. */
  readonly tls: ServerTls | undefined
  verifierOf(user: string): string | undefined
  catalogVersion(): string
  /** What the network's own guard says: gRPC opens its connections by itself. */
  mayReach(peer: Endpoint): boolean
}

export interface NodeFlight {
  readonly server: FlightServer
  stop(): void
}

/** The runtime port and the auxiliary port of a node. */
export async function startNodeFlight(
  { store, stateDir, clock, random, network, log }: RoleContext,
  { config, engine, tls, verifierOf, catalogVersion, mayReach }: NodeFlightOptions,
): Promise<NodeFlight> {
  const sealer: Sealer = {
    secret: await ensureFlightSecret(store, stateDir, random),
    verifierOf,
    wallMs: () => Date.now(),
  }
  const initial = store.read()
  let nodes = clusterNodes(initial, config)
  const cancelWatch = store.watch(initial.revision, (snapshot, keys) => {
    for (const key of keys) {
      if (key.startsWith(instancePrefix)) return void (nodes = clusterNodes(snapshot, config))
    }
  })
  const own = (): NodeConfig => nodes.find(({ name }) => name === config.name) ?? config
  const peers = (): NodeConfig[] => nodes.filter(({ name }) => name !== config.name)
  const isTls = tls !== undefined && config.tls.flight === true
  const server = await startFlightServer({
    network,
    at: [config.ports.runtime, config.ports.auxiliary].map(port => ({ address: config.address, port })),
    clock,
    random,
    engine,
    log,
    sealer,
    deriveKey: deriveKeyOnce,
    database: config.database,
    version: version(),
    connectionsMax: config.limits.connectionsMax,
    tls: isTls ? tls : undefined,
    places: () => ({
      advertisedHost: own().advertisedHost,
      runtimePort: config.ports.runtime,
      singlePort: own().singlePort === true,
      auxiliaryPorts: [config, ...peers()].map(({ ports }) => ports.auxiliary),
      tls: isTls,
    }),
    catalogVersion,
    cancelElsewhere: cancelElsewhere({
      sealer,
      clock,
      peers: () =>
        peers()
          .map(({ address, ports }) => ({ address, port: ports.runtime }))
          .filter(mayReach),
      security: address => peerSecurity(stateDir, config, address),
    }),
  })
  return { server, stop: cancelWatch }
}

function clusterNodes(snapshot: Snapshot, { cluster }: NodeConfig): NodeConfig[] {
  return snapshot
    .list<InstanceDocument>(instancePrefix)
    .map(({ value }) => value.UserData)
    .filter(each => each.cluster === cluster)
}
