import { Server, ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Endpoint, Listening, Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { DeriveKey } from '../auth/scram-client.ts'
import type { Engine } from '../engine/engine.ts'
import type { ServerTls } from '../pgwire/secure-connection.ts'
import { authenticator } from './authenticate.ts'
import { boundParameters } from './bound-parameters.ts'
import { openDoor } from './door.ts'
import type { FlightPlaces } from './endpoints.ts'
import type { FlightContext } from './flight-context.ts'
import { createFlightCounters, type FlightCounters } from './flight-counters.ts'
import { flightMethods } from './flight-methods.ts'
import { flightService } from './protocol.ts'
import { addReflection } from './reflection.ts'
import { runningQueries } from './running-queries.ts'
import type { Sealer } from './sealed-words.ts'

export interface FlightServerOptions {
  readonly network: Network
  /** The runtime port first, then the auxiliary port. Both answer everything; clients decide by what GetFlightInfo tells them. */
  readonly at: readonly Endpoint[]
  readonly clock: Clock
  readonly random: Random
  readonly engine: Engine
  readonly log: Log
  readonly sealer: Sealer
  /** PBKDF2, as the client's side of SCRAM does it. */
  readonly deriveKey: DeriveKey
  readonly database: string
  readonly version: string
  /** Connections on both ports together; queries that stream at a time. */
  readonly connectionsMax: number
  /** TLS from the first byte, on all ports; undefined: clear text. gRPC has no way to ask for one on the port of the other. */
  readonly tls?: ServerTls | undefined
  places(): FlightPlaces
  catalogVersion(): string
  /** Asks other nodes to cancel what runs there. Default: there are none. */
  cancelElsewhere?: FlightContext['cancelElsewhere']
}

export interface FlightServer {
  readonly at: readonly Endpoint[]
  readonly counters: Readonly<FlightCounters>
  activeQueries(): number
  /** Tells health checks and clients (GOAWAY) to go elsewhere; resolves when what runs has ended, or was stopped after `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>
  close(): Promise<void>
}

/** A client binds at most a megabyte; the rest are short. */
const receivedBytesMax = 4 * 1024 * 1024
/** Calls at a time on one connection. */
const streamsMax = 256

/** An Arrow Flight SQL server over an engine. Rejects as Network.listen does. */
export async function startFlightServer(options: FlightServerOptions): Promise<FlightServer> {
  const counters = createFlightCounters()
  const running = runningQueries(options.connectionsMax)
  const context: FlightContext = {
    ...options,
    authenticator: authenticator(options.sealer, options.deriveKey, options.tls?.policy),
    running,
    counters,
    bound: boundParameters(),
    places: () => options.places(),
    catalogVersion: () => options.catalogVersion(),
    cancelElsewhere: options.cancelElsewhere ?? (() => Promise.resolve(false)),
  }
  const health = new HealthImplementation({ '': 'SERVING', [serviceName]: 'SERVING' })
  const server = grpcServer(context, health)
  addReflection(server)
  // What comes through the door is decrypted already.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const { network, connectionsMax, tls } = options
  const identity = tls === undefined ? undefined : () => tls.identity()
  const door = openDoor({ network, counters, connectionsMax, injector, identity })
  const listening: Listening[] = []
  try {
    for (const at of options.at) {
      listening.push(await door.listen(at))
    }
  } catch (error) {
    door.close()
    await Promise.all(listening.map(each => each.close()))
    throw error
  }

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const closed = Promise.all(listening.map(each => each.close()))
    door.close()
    await closed
    running.stopAll()
    await running.idle()
    injector.destroy()
    server.forceShutdown()
  }
  return {
    at: listening.map(each => each.at),
    counters,
    activeQueries: () => running.count,
    async drain(deadlineMs) {
      for (const name of ['', serviceName]) health.setStatus(name, 'NOT_SERVING')
      const closed = Promise.all(listening.map(each => each.close()))
      door.close()
      await closed
      // GOAWAY: calls under way go on, new ones go to another connection, which the balancer leads elsewhere.
      injector.drain(deadlineMs)
      const cancelDeadline = options.clock.after(deadlineMs, () => running.stopAll())
      await running.idle()
      cancelDeadline()
      await (closing ??= close())
    },
    close: () => (closing ??= close()),
  }
}

const serviceName = 'arrow.flight.protocol.FlightService'

function grpcServer(context: FlightContext, health: HealthImplementation): Server {
  const server = new Server({
    'grpc.max_receive_message_length': receivedBytesMax,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': streamsMax,
    'grpc.enable_channelz': 0,
  })
  server.addService(flightService, flightMethods(context))
  health.addToServer(server)
  return server
}
