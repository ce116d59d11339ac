import type { Duplex } from 'node:stream'
import type { ConnectionInjector } from '@grpc/grpc-js'
import type { Connection, Endpoint, Listening, Network } from '../../base/network.ts'
import type { TlsIdentity } from '../../base/tls-identity.ts'
import type { FlightCounters } from './flight-counters.ts'

export interface DoorOptions {
  readonly network: Network
  readonly counters: FlightCounters
  /** On all ports together. */
  readonly connectionsMax: number
  readonly injector: ConnectionInjector
  /** Who the server is now; undefined: clear text. Asked for each connection, so that a new certificate is served from the next one on. */
  readonly identity: (() => TlsIdentity) | undefined
}

/** Where connections come in, on every port alike. */
export interface Door {
  /** Rejects as Network.listen does. */
  listen(at: Endpoint): Promise<Listening>
  /** Hangs up on whoever has not finished the handshake. */
  close(): void
}

/** From the connect to the end of the TLS handshake; an honest one takes milliseconds, and who waits holds a connection. */
const handshakeMsMax = 10_000
/** HTTP/2 over TLS (RFC 9113, section 3.2), which every gRPC client offers. */
const protocols = ['h2'] as const

export function openDoor({ network, counters, connectionsMax, injector, identity }: DoorOptions): Door {
  const shakingHands = new Set<Connection>()
  let open = 0
  let isClosed = false

  // The real network hands out sockets.
  const give = (connection: Connection): void => injector.injectConnection(connection as unknown as Duplex)

  const secure = async (connection: Connection, who: TlsIdentity): Promise<void> => {
    shakingHands.add(connection)
    try {
      const options = { identity: who, timeoutMs: handshakeMsMax, protocols }
      const accepted = await network.acceptTls(connection, options)
      if (isClosed) accepted.connection.destroy()
      else give(accepted.connection)
    } catch {
      // A client that does not trust us, a probe, clear text: it is closed, and whose mistake it is, is told at the other end.
      counters.handshakesFailed++
    } finally {
      shakingHands.delete(connection)
    }
  }

  /** Beyond the bound a connection is closed at once: a balancer then takes another target, and a client another location. */
  const accept = (connection: Connection): void => {
    counters.connectionsAccepted++
    if (open >= connectionsMax) {
      counters.connectionsRefused++
      connection.destroy()
      return
    }
    open++
    connection.on('close', () => open--)
    connection.on('error', () => undefined)
    connection.setNoDelay(true)
    if (identity === undefined) give(connection)
    else void secure(connection, identity())
  }

  return {
    listen: at => network.listen(at, { pauseOnConnect: identity !== undefined }, accept),
    close() {
      isClosed = true
      for (const connection of shakingHands) connection.destroy()
    },
  }
}
