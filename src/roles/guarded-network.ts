import type { Network } from '../base/network.ts'

/** Resets connections from where nobody may come, before anything is read of them. `port` is where they came to. */
export function guardedNetwork(
  network: Network,
  isAllowed: (port: number, from: string) => boolean,
): Network {
  return {
    connect: (to, options) => network.connect(to, options),
    startTls: (connection, options) => network.startTls(connection, options),
    acceptTls: (connection, options) => network.acceptTls(connection, options),
    datagrams: (at, receive) => network.datagrams(at, receive),
    datagramPeer: (to, events) => network.datagramPeer(to, events),
    listen: (at, options, accept) =>
      network.listen(at, options, connection => {
        if (isAllowed(connection.localPort ?? at.port, connection.remoteAddress ?? '')) accept(connection)
        else connection.resetAndDestroy()
      }),
  }
}
