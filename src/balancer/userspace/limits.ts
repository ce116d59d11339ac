export interface UserspaceLimits {
  /** Of one listener; more are reset as they come. One busy listener must leave room for others. */
  readonly connectionsPerListenerMax: number
  /** Of all listeners, UDP flows among them. A flow holds two file descriptors, or one with UDP. */
  readonly connectionsMax: number
  /** Of one attempt to reach a target. */
  readonly connectTimeoutMs: number
  /** Targets tried for one connection. */
  readonly connectAttemptsMax: number
  /** Of a TLS handshake, with a client or a target. */
  readonly tlsTimeoutMs: number
  /** How often idle flows are looked for; how late they are found is at most twice that. */
  readonly sweepIntervalMs: number
  /** Connections that stood idle and are kept to reset whoever sends next; beyond it the oldest are reset at once. */
  readonly expiredMax: number
  /** A UDP flow whose target never answered is forgotten after this (NLB: a target has 30 s to answer a new flow). */
  readonly udpUnansweredMs: number
  /** Datagrams of one flow that wait for its socket. */
  readonly udpQueueMax: number
}

export const userspaceLimits: UserspaceLimits = {
  connectionsPerListenerMax: 6_000,
  connectionsMax: 8_000,
  connectTimeoutMs: 1_000,
  connectAttemptsMax: 4,
  tlsTimeoutMs: 10_000,
  sweepIntervalMs: 5_000,
  expiredMax: 1_000,
  udpUnansweredMs: 30_000,
  udpQueueMax: 16,
}

/** How much of the limits is one engine's, where several share them. It may change; an engine that has more than that takes no more. */
export interface ConnectionRoom {
  connectionsMax(): number
  connectionsPerListenerMax(port: number): number
  expiredMax(): number
}

export function wholeRoom(limits: UserspaceLimits): ConnectionRoom {
  return {
    connectionsMax: () => limits.connectionsMax,
    connectionsPerListenerMax: () => limits.connectionsPerListenerMax,
    expiredMax: () => limits.expiredMax,
  }
}

/** Descriptors that are no flow's: files, probes, store, listeners. */
const otherFilesMax = 512

/** As many flows as the process may open files for; a quarter is out of reach of any single listener. */
export function limitsFor(openFilesMax: number): UserspaceLimits {
  const connectionsMax = Math.max(64, Math.min(100_000, Math.floor((openFilesMax - otherFilesMax) / 2)))
  return {
    ...userspaceLimits,
    connectionsMax,
    connectionsPerListenerMax: Math.floor((connectionsMax * 3) / 4),
    expiredMax: Math.floor(connectionsMax / 8),
  }
}
