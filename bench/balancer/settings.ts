/** Ports that the balancers listen on, and what stands behind each. */
export const ports = {
  /** iperf3, of one target: its control connection and its streams must meet. */
  bulk: 5201,
  /** A web server that answers a few bytes, of both targets. */
  web: 8080,
  /** Connections that are only kept, of both targets. */
  idle: 9000,
} as const

export type Service = keyof typeof ports

/** How many targets are behind each. */
export const targetCount: Readonly<Record<Service, number>> = { bulk: 1, web: 2, idle: 2 }
