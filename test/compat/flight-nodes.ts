import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Endpoint } from '../../src/base/network.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { createVerifier } from '../../src/sql/auth/scram-verifier.ts'
import { deriveKeyOnce } from '../../src/sql/client/derive-key.ts'
import { type CancelElsewhereOptions, cancelElsewhere } from '../../src/sql/flight/cancel-elsewhere.ts'
import { type FlightServer, startFlightServer } from '../../src/sql/flight/flight-server.ts'
import type { ServerTls } from '../../src/sql/pgwire/secure-connection.ts'
import { type EverportSql, startEverportSql } from './everport-server.ts'

/** A node with both Flight ports and the PostgreSQL port, in this process, on free ports of loopback. */
export interface FlightNode {
  readonly sql: EverportSql
  readonly runtime: Endpoint
  readonly auxiliary: Endpoint
  readonly server: FlightServer
}

export interface FlightNodes {
  readonly nodes: readonly FlightNode[]
  readonly user: string
  readonly password: string
  /** A second user with the same password. */
  readonly otherUser: string
  /** Makes wall clocks of all nodes go ahead. */
  advance(ms: number): void
}

/** A thousand numbered rows, and a view of another schema. */
export const numbersCatalog = `
CREATE VIEW numbers AS SELECT i::int AS i, i * 1.5 AS x, 'row ' || i AS name FROM range(1000) t(i);
CREATE SCHEMA more;
CREATE VIEW more.one AS SELECT 1 AS one;
`

const otherUser = 'other'
const loopback: Endpoint = { address: '127.0.0.1', port: 0 }

/** Nodes of one cluster: they share the secret and the users, and each names its own auxiliary port first. */
export async function startFlightNodes(
  t: { after(task: () => void | Promise<void>): void },
  catalogText: string,
  count: number,
  {
    advertisedHost = '127.0.0.1',
    at = () => [loopback, loopback],
    tls,
    security,
    singlePort = false,
    clock = systemClock,
  }: {
    readonly advertisedHost?: string
    /** The runtime port and the auxiliary port of a node. */
    readonly at?: (index: number) => readonly Endpoint[]
    readonly tls?: ServerTls
    /** How nodes speak to each other. */
    readonly security?: NonNullable<CancelElsewhereOptions['security']>
    readonly singlePort?: boolean
    readonly clock?: Clock
  } = {},
): Promise<FlightNodes> {
  let ahead = 0
  const verifier = createVerifier('secret', Buffer.from('0123456789abcdef'))
  const nodes: FlightNode[] = []
  for (let index = 0; index < count; index++) {
    const sql = await startEverportSql(t, catalogText)
    const places = () => ({
      advertisedHost,
      runtimePort: nodes[index]?.runtime.port ?? 0,
      singlePort,
      auxiliaryPorts: [index, ...nodes.keys()]
        .filter((each, place, all) => all.indexOf(each) === place)
        .flatMap(each => nodes[each]?.auxiliary.port ?? []),
      tls: tls !== undefined,
    })
    const sealer = {
      secret: Buffer.alloc(32, 7),
      verifierOf: (user: string) => (user === sql.user || user === otherUser ? verifier : undefined),
      wallMs: () => Date.now() + ahead,
    }
    const peers = () => nodes.filter((_, each) => each !== index).map(({ runtime }) => runtime)
    const server = await startFlightServer({
      network: systemNetwork,
      at: at(index),
      clock,
      random: systemRandom(),
      engine: sql.engine,
      log: silentLog,
      sealer,
      cancelElsewhere: cancelElsewhere({
        sealer,
        clock: systemClock,
        peers,
        ...(security && { security }),
      }),
      deriveKey: deriveKeyOnce,
      database: sql.database,
      version: '0.0.0',
      connectionsMax: 100,
      tls,
      places,
      catalogVersion: () => 'test',
    })
    t.after(() => server.close())
    const [runtime, auxiliary] = server.at
    if (runtime === undefined || auxiliary === undefined) throw new Error('two ports were asked for')
    nodes.push({ sql, runtime, auxiliary, server })
  }
  const [first] = nodes
  return {
    nodes,
    user: first?.sql.user ?? '',
    password: first?.sql.password ?? '',
    otherUser,
    advance(ms) {
      ahead += ms
    },
  }
}
