import { ConnectError, type Network, passingOn } from '../base/network.ts'
import type { SecurityGuard } from './security-guard.ts'

/**
 * Resets connections from where nobody may come, before anything is read of them, and makes none to where nobody may go: `connect` rejects
 * with the reason 'unreachable' and says which security groups hold it back.
 */
export function guardedNetwork(
  network: Network,
  guard: Pick<SecurityGuard, 'isAllowed' | 'whyForbidden'>,
): Network {
  return {
    ...passingOn(network),
    connect: async (to, options) => {
      const why = guard.whyForbidden(to)
      if (why !== undefined) throw new ConnectError('unreachable', to, why)
      return await network.connect(to, options)
    },
    listen: (at, options, accept) =>
      network.listen(at, options, connection => {
        if (guard.isAllowed(connection.localPort ?? at.port, connection.remoteAddress ?? ''))
          accept(connection)
        else connection.resetAndDestroy()
      }),
  }
}
