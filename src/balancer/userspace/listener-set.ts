import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Connection, Listening, Network } from '../../base/network.ts'
import type { BalancerSnapshot, ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import { takesTcp, takesUdp } from '../selection/listener-snapshot.ts'

/** Sockets that accept for one balancer, kept as its snapshot says. */
export interface ListenerSet {
  /** Opens what is new, closes what is gone. Rejects with the first failure after it has tried all. */
  reconcile(snapshot: BalancerSnapshot): Promise<void>
  close(): Promise<void>
}

interface Open {
  readonly address: string
  readonly listening: Listening
}

/** The kernel's queue of finished handshakes. */
const backlog = 4096

export function listenerSet(
  network: Network,
  log: Log,
  accept: (port: number, client: Connection) => void,
): ListenerSet {
  const open = new Map<number, Open>()
  let isClosed = false
  let running: Promise<void> = Promise.resolve()

  const shut = async (port: number, { listening, address }: Open): Promise<void> => {
    open.delete(port)
    await listening.close()
    log.info('listener closed', { address, port })
  }
  const reconcile = async ({ address, listeners }: BalancerSnapshot): Promise<void> => {
    const wanted = new Set(listeners.filter(isSupported).map(({ port }) => port))
    for (const [port, listener] of open)
      if (!wanted.has(port) || listener.address !== address) await shut(port, listener)
    let failure: unknown
    for (const { port, protocol } of listeners) {
      if (open.has(port) || isClosed || address === undefined) continue
      try {
        if (!wanted.has(port)) throw notSupported(protocol, port)
        const listening = await network.listen(
          { address, port },
          { allowHalfOpen: true, pauseOnConnect: true, backlog },
          client => accept(port, client),
        )
        open.set(port, { address, listening })
        log.info('listener opened', { address, port, protocol })
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== undefined) throw failure
  }
  /** One after another: two changes at once would open a port twice. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    const result = running.then(task)
    running = result.catch(() => undefined)
    return result
  }
  return {
    reconcile: snapshot => inTurn(() => reconcile(snapshot)),
    close() {
      isClosed = true
      return inTurn(async () => {
        for (const [port, listener] of open) await shut(port, listener)
      })
    },
  }
}

function isSupported(listener: ListenerSnapshot): boolean {
  return takesTcp(listener) && !takesUdp(listener) && listener.tls === undefined
}

function notSupported(protocol: string, port: number): EverportError {
  return new EverportError(
    'feature_not_supported',
    `listener ${port}: protocol ${protocol} is not supported yet`,
    {
      hint: 'use a TCP listener',
    },
  )
}
