import type { UserspaceEngine } from '../userspace/engine.ts'
import type { ConnectionRoom, UserspaceLimits } from '../userspace/limits.ts'
import { nextShares } from './connection-shares.ts'
import type { Share } from './messages.ts'
import type { WorkerLink } from './worker-link.ts'

/** The first process's share of the limits; it shares them out. Without workers all is its own. */
export class SharedRoom implements ConnectionRoom {
  readonly #limits: UserspaceLimits
  #own: Share

  constructor(limits: UserspaceLimits) {
    this.#limits = limits
    this.#own = { connections: limits.connectionsMax, expired: limits.expiredMax, perListener: new Map() }
  }

  connectionsMax(): number {
    return this.#own.connections
  }

  /** Ports that workers do not serve are wholly its own. */
  connectionsPerListenerMax(port: number): number {
    return this.#own.perListener.get(port) ?? this.#limits.connectionsPerListenerMax
  }

  expiredMax(): number {
    return this.#own.expired
  }

  /** Looks at every worker, which is told its share with that. */
  shareOut(own: UserspaceEngine, links: readonly WorkerLink[], ports: readonly number[]): void {
    const { connectionsMax, connectionsPerListenerMax, expiredMax } = this.#limits
    const ofAll = nextShares(connectionsMax, [
      { used: own.connections(), held: this.connectionsMax(), isOwn: true },
      ...links.map(link => ({ used: link.used(), held: link.held(), isOwn: false })),
    ])
    const ofPorts = ports.map(port =>
      nextShares(connectionsPerListenerMax, [
        {
          used: own.counters().listeners.get(port)?.active ?? 0,
          held: this.connectionsPerListenerMax(port),
          isOwn: true,
        },
        ...links.map(link => ({ used: link.used(port), held: link.held(port), isOwn: false })),
      ]),
    )
    const expired = Math.floor(expiredMax / (1 + links.length))
    const shareOf = (i: number): Share => ({
      connections: ofAll[i] ?? 0,
      expired,
      perListener: new Map(ports.map((port, at) => [port, ofPorts[at]?.[i] ?? 0])),
    })
    this.#own = shareOf(0)
    for (const [i, link] of links.entries()) link.look(shareOf(i + 1))
  }
}
