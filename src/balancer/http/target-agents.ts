import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Network } from '../../base/network.ts'
import type { TargetSnapshot } from '../selection/balancer-snapshot.ts'

/** Idle connections kept to one target. */
const idlePerTargetMax = 64
/** Closed when idle for so long: shorter than what servers allow, so that a request seldom meets a connection that ends. */
const idleMs = 4_000

/** Pools of connections that are used again and again, one for each target. */
export interface TargetAgents {
  agentFor(target: TargetSnapshot, isSecure: boolean): Agent
  /** Ends the idle connections to all but these. */
  keep(keys: ReadonlySet<string>): void
  close(): void
}

export function targetAgents(network: Network, connectTimeoutMs: number): TargetAgents {
  const agents = new Map<string, Agent>()
  return {
    agentFor(target, isSecure) {
      const key = `${target.key} ${target.address} ${isSecure}`
      const found = agents.get(key)
      if (found !== undefined) return found
      const made = poolOf(network, target, isSecure, connectTimeoutMs)
      agents.set(key, made)
      return made
    },
    keep(keys) {
      for (const [key, agent] of agents) {
        if (keys.has(key.split(' ', 1)[0] ?? '')) continue
        agents.delete(key)
        agent.destroy()
      }
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

type Created = (error: Error | null, stream: Duplex) => void

/** Connections come from the network port. A target's certificate is not validated, as with AWS's load balancers. */
function poolOf(
  network: Network,
  target: TargetSnapshot,
  isSecure: boolean,
  connectTimeoutMs: number,
): Agent {
  const options = { keepAlive: true, maxFreeSockets: idlePerTargetMax, timeout: idleMs }
  const agent = isSecure ? new SecureAgent(options) : new Agent(options)
  const open = async (): Promise<Duplex> => {
    const connection = await network.connect(target, { timeoutMs: connectTimeoutMs })
    const socket = connection as unknown as Socket
    return isSecure ? connectTls({ socket, rejectUnauthorized: false }) : socket
  }
  agent.createConnection = (_: object, created: Created) => {
    open().then(
      stream => created(null, stream),
      (error: unknown) => created(error as Error, undefined as never),
    )
    return undefined
  }
  return agent
}
