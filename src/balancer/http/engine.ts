import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { Engine, EngineEvents } from '../engine.ts'
import type { BalancerSnapshot, ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import { type Routing, routing } from '../selection/routing.ts'
import type { TargetStates } from '../selection/target-state.ts'
import type { TlsSnapshot } from '../selection/tls-snapshot.ts'
import { CounterBook } from '../userspace/counter-book.ts'
import { type OpenPrivateKey, TlsIdentities } from '../userspace/tls-identities.ts'
import { type HttpContext, type HttpLimits, httpLimits } from './http-context.ts'
import { type HttpListener, openHttpListener } from './http-listener.ts'
import { serverCertificates } from './server-certificates.ts'
import { targetAgents } from './target-agents.ts'

export interface HttpEngineOptions {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly events: EngineEvents
  readonly openPrivateKey: OpenPrivateKey
  readonly limits?: Partial<HttpLimits>
}

/** Whether a listener is one that decides for each request. */
export const takesRequests = ({ http }: ListenerSnapshot): boolean => http !== undefined

interface OpenListener {
  readonly address: string
  readonly protocol: string
  readonly listener: HttpListener
  tls: TlsSnapshot | undefined
}

/**
 * Requests rather than connections: HTTP/1.1, HTTP/2 and WebSocket from clients, each request sent by the rules of its listener to a target of
 * its own choice, over connections that are kept. An application load balancer, and the HTTP listeners of a Classic one.
 */
export function httpEngine(options: HttpEngineOptions): Engine {
  const { network, clock, random, log, events } = options
  const identities = new TlsIdentities(options.openPrivateKey)
  const limits = { ...httpLimits, ...options.limits }
  const counters = new CounterBook()
  const outstanding = new Map<string, number>()
  const turns = new Map<string, number>()
  const agents = targetAgents(network, limits.connectTimeoutMs)
  const open = new Map<number, OpenListener>()
  const closing = new Set<HttpListener>()
  let routes: Routing | undefined
  let running: Promise<void> = Promise.resolve()
  let isClosed = false
  let settled: (() => void) | undefined

  const context: HttpContext = {
    network,
    clock,
    random,
    log,
    events,
    limits,
    counters,
    agents,
    routes: () => routes,
    counts: {
      outstanding: key => outstanding.get(key) ?? 0,
      turn(group) {
        const turn = turns.get(group) ?? 0
        turns.set(group, (turn + 1) % Number.MAX_SAFE_INTEGER)
        return turn
      },
      begin: key => void outstanding.set(key, (outstanding.get(key) ?? 0) + 1),
      end(key) {
        const left = (outstanding.get(key) ?? 1) - 1
        if (left > 0) outstanding.set(key, left)
        else outstanding.delete(key)
        if (outstanding.size === 0) settled?.()
      },
    },
  }

  const shut = async (port: number, { listener, address }: OpenListener): Promise<void> => {
    open.delete(port)
    closing.add(listener)
    await listener.close()
    log.info('listener closed', { address, port, transport: 'http' })
  }

  const reconcile = async ({ address, listeners }: BalancerSnapshot): Promise<void> => {
    const wanted = new Map(listeners.filter(takesRequests).map(listener => [listener.port, listener]))
    for (const [port, entry] of open) {
      if (entry.address !== address || wanted.get(port)?.protocol !== entry.protocol) await shut(port, entry)
    }
    let failure: unknown
    for (const [port, { protocol, tls }] of wanted) {
      if (isClosed || address === undefined) continue
      try {
        const entry = open.get(port)
        if (entry !== undefined && JSON.stringify(entry.tls) === JSON.stringify(tls)) continue
        const identity = tls === undefined ? undefined : identities.of(tls)
        if (identity instanceof EverportError) throw identity
        const certificates = identity === undefined ? undefined : serverCertificates(identity)
        if (entry !== undefined) {
          if (certificates !== undefined) entry.listener.renew(certificates)
          entry.tls = tls
          continue
        }
        const now = (): ListenerSnapshot | undefined => routes?.listener(port)
        const listener = await openHttpListener(context, { address, port }, now, certificates)
        open.set(port, { address, protocol, listener, tls })
        log.info('listener opened', { address, port, transport: protocol.toLowerCase() })
      } catch (error) {
        failure ??= error
      }
    }
    identities.keep(listeners.flatMap(({ tls }) => (tls === undefined ? [] : [tls])))
    if (failure !== undefined) throw failure
  }

  const endLeft = (): void => {
    for (const { listener } of open.values()) listener.destroy()
    for (const listener of closing) listener.destroy()
    agents.close()
  }

  return {
    name: 'http',
    apply(snapshot: BalancerSnapshot, states: TargetStates) {
      routes = routing(snapshot, states)
      agents.keep(new Set(routes.targets.keys()))
      const result = running.then(() => reconcile(snapshot))
      running = result.catch(() => undefined)
      return result
    },
    counters: () => counters,
    async close(deadlineMs) {
      isClosed = true
      await running
      for (const [port, entry] of open) await shut(port, entry)
      await new Promise<void>(resolve => {
        const cancel = clock.after(deadlineMs, resolve)
        settled = () => {
          cancel()
          resolve()
        }
        if (outstanding.size === 0) settled()
      })
      endLeft()
    },
  }
}
