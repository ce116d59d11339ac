import type { Connection } from '../../base/network.ts'

export type Side = 'client' | 'target'

export interface RelayEvents {
  /** RST, or another end without FIN, from this side; the other has been reset. */
  aborted(by: Side): void
  /** Both connections are closed. */
  ended(): void
}

export interface Relay {
  readonly client: Connection
  readonly target: Connection
  /** RST to both. */
  reset(): void
}

/** One way of a flow. */
interface Way {
  readonly from: Connection
  readonly to: Connection
  /** FIN has been passed on. */
  hasEnded: boolean
}

/**
 * Passes bytes both ways until both sides are done. A FIN is passed on as a FIN and the other direction stays open (RFC 9293 3.6); a
 * reset becomes a reset. What one side does not take stops the reading of the other: a flow holds no more than two reads and the
 * sockets' own buffers. The client comes paused and starts here.
 */
export function relay(client: Connection, target: Connection, events: RelayEvents): Relay {
  const toTarget: Way = { from: client, to: target, hasEnded: false }
  const toClient: Way = { from: target, to: client, hasEnded: false }
  let open = 2
  let isOver = false
  const abort = (by: Side, other: Way): void => {
    if (isOver) return
    isOver = true
    events.aborted(by)
    cut(other)
  }
  const closed = (): void => {
    if (--open === 0) events.ended()
  }
  client.removeAllListeners('error')
  client.on('error', () => abort('client', toTarget))
  target.on('error', () => abort('target', toClient))
  client.on('close', closed)
  target.on('close', closed)
  pass(toTarget)
  pass(toClient)
  client.resume()
  return {
    client,
    target,
    reset() {
      isOver = true
      cut(toTarget)
      cut(toClient)
    },
  }
}

function pass(way: Way): void {
  const { from, to } = way
  from.on('data', data => {
    if (!to.write(data)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => {
    way.hasEnded = true
    to.end()
  })
}

/** RST, unless a FIN is on its way or sent: Node cannot reset a socket that shuts down (libuv refuses, and it would stay open). */
function cut({ to, hasEnded }: Way): void {
  if (hasEnded) to.destroy()
  else to.resetAndDestroy()
}
