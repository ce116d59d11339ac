import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Connection, Datagrams, Endpoint, Network } from '../../base/network.ts'
import type { BalancerSnapshot, ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import { takesTcp, takesUdp } from '../selection/listener-snapshot.ts'

/** Sockets that accept for one balancer, kept as its snapshot says. */
export interface ListenerSet {
  /** Opens what is new, closes what is gone. Rejects with the first failure after it has tried all. */
  reconcile(snapshot: BalancerSnapshot): Promise<void>
  /** Closes sockets that are no longer wanted and were still in use. */
  tidy(): void
  close(): Promise<void>
}

export interface ListenerPorts {
  readonly network: Network
  readonly log: Log
  accept(port: number, client: Connection): void
  receive(port: number, data: Uint8Array, from: Endpoint, socket: Datagrams): void
  /** UDP flows of a listener need its socket. */
  isInUse(port: number): boolean
  /** Its UDP socket is about to close. */
  closing(port: number): void
  /** Why a listener cannot be open: its certificate is missing, for one. */
  whyClosed(listener: ListenerSnapshot): EverportError | undefined
}

/** One socket; a TCP_UDP listener has two. */
interface Wanted {
  readonly transport: 'tcp' | 'udp'
  readonly port: number
}

interface Open extends Wanted {
  readonly address: string
  close(): Promise<void>
}

/** The kernel's queue of finished handshakes. */
const backlog = 4096

export function listenerSet(ports: ListenerPorts): ListenerSet {
  const { log } = ports
  const open = new Map<string, Open>()
  let isClosed = false
  let running: Promise<void> = Promise.resolve()
  let wantedNow: ReadonlySet<string> = new Set()

  const shut = async (name: string, listener: Open): Promise<void> => {
    open.delete(name)
    if (listener.transport === 'udp') ports.closing(listener.port)
    await listener.close()
    log.info('listener closed', {
      address: listener.address,
      port: listener.port,
      transport: listener.transport,
    })
  }
  const reconcile = async ({ address, listeners }: BalancerSnapshot): Promise<void> => {
    const reasons = new Map(listeners.map(listener => [listener, whyNot(listener)]))
    const able = listeners.filter(listener => reasons.get(listener) === undefined)
    const wanted = new Map(able.flatMap(socketsOf).map(socket => [nameOf(socket), socket]))
    wantedNow = new Set(wanted.keys())
    for (const [name, listener] of open)
      if (listener.address !== address || isOver(name, listener)) await shut(name, listener)
    let failure: unknown = [...reasons.values()].find(reason => reason !== undefined)
    for (const [name, socket] of wanted) {
      if (open.has(name) || isClosed || address === undefined) continue
      try {
        open.set(name, { ...socket, address, close: await listen(ports, address, socket) })
        log.info('listener opened', { address, ...socket })
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== undefined) throw failure
  }
  const whyNot = (listener: ListenerSnapshot): EverportError | undefined => {
    if (socketsOf(listener).length === 0) return notSupported(listener)
    const reason = ports.whyClosed(listener)
    if (reason === undefined) return undefined
    const told = `listener ${listener.port}: ${reason.message}`
    return new EverportError(reason.code, told, reason.hint === undefined ? {} : { hint: reason.hint })
  }
  const isOver = (name: string, { transport, port }: Open): boolean =>
    !wantedNow.has(name) && !(transport === 'udp' && ports.isInUse(port))
  /** One after another: two changes at once would open a port twice. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    const result = running.then(task)
    running = result.catch(() => undefined)
    return result
  }
  return {
    reconcile: snapshot => inTurn(() => reconcile(snapshot)),
    tidy() {
      if ([...open].every(([name, listener]) => !isOver(name, listener))) return
      void inTurn(async () => {
        for (const [name, listener] of open) if (isOver(name, listener)) await shut(name, listener)
      })
    },
    close() {
      isClosed = true
      return inTurn(async () => {
        for (const [name, listener] of open) await shut(name, listener)
      })
    },
  }
}

const nameOf = ({ transport, port }: Wanted): string => `${transport} ${port}`

function socketsOf(listener: ListenerSnapshot): Wanted[] {
  const { port } = listener
  return [
    ...(takesTcp(listener) ? [{ transport: 'tcp' as const, port }] : []),
    ...(takesUdp(listener) ? [{ transport: 'udp' as const, port }] : []),
  ]
}

/** What closes it again. */
async function listen(
  { network, accept, receive }: ListenerPorts,
  address: string,
  { transport, port }: Wanted,
): Promise<() => Promise<void>> {
  const at = { address, port }
  if (transport === 'tcp') {
    const options = { allowHalfOpen: true, pauseOnConnect: true, backlog }
    const listening = await network.listen(at, options, client => accept(port, client))
    return () => listening.close()
  }
  const socket: Datagrams = await network.datagrams(at, (data, from) => receive(port, data, from, socket))
  return () => socket.close()
}

function notSupported({ protocol, port }: ListenerSnapshot): EverportError {
  return new EverportError(
    'feature_not_supported',
    `listener ${port}: a network load balancer has no listeners of protocol ${protocol}`,
    { hint: 'use TCP, UDP, TCP_UDP or TLS' },
  )
}
