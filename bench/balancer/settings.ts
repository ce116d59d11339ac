import { addresses } from '../../test/compat/balancer-network.ts'

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

/** A second address of the first target. */
export const secondAddress = '10.77.10.3'

/**
 * The targets behind each. Those of the web are two addresses of one server: that of a direct connection is one as well, and two servers and a client
 * on two processors would measure how the scheduler shares them.
 */
export const targetsOf: Readonly<Record<Service, readonly string[]>> = {
  bulk: [addresses.target(0)],
  web: [addresses.target(0), secondAddress],
  idle: [addresses.target(0), addresses.target(1)],
}

/**
 * The ports that the client uses on one way. A target keeps a closed connection for a minute, and takes no new one from the same address and
 * port whose timestamps seem older; Linux begins timestamps anew for each address that is connected to, so one way's connections would stall
 * for a second where those of another way have been.
 */
export const clientPorts = (turn: number): string => `${10_000 + turn * 11_000} ${20_999 + turn * 11_000}`
