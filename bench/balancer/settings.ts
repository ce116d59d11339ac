import type { Lane } from './lanes.ts'

/** Ports that the balancers listen on, and what stands behind each. */
export const ports = {
  /** iperf3, of one target: its control connection and its streams must meet. */
  bulk: 5201,
  /** A web server that answers a few bytes. */
  web: 8080,
  /** Connections that are only kept, of both targets. */
  idle: 9000,
} as const

export type Service = keyof typeof ports

/**
 * The targets behind each. Those of the web are two addresses of one server: that of a direct connection is one as well, and two servers and a client
 * on two processors would measure how the scheduler shares them.
 */
export function targetsOf(service: Service, lane: Lane): readonly string[] {
  const first = lane.target(0)
  return { bulk: [first], web: [first, lane.target(0, 1)], idle: [first, lane.target(1)] }[service]
}
