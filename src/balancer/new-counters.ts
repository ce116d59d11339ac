import type { ListenerCounters, TargetCounters } from './engine.ts'

/** Of a listener that nothing has come to yet. */
export const newListenerCounters = (): ListenerCounters => ({
  active: 0,
  accepted: 0,
  rejected: 0,
  failed: 0,
  blocked: 0,
  tlsFailed: 0,
  udpActive: 0,
  udpAccepted: 0,
  udpBlocked: 0,
})

/** Of a target that nothing has been sent to yet. */
export const newTargetCounters = (): TargetCounters => ({
  active: 0,
  opened: 0,
  failOpen: 0,
  connectFailures: 0,
  balancerResets: 0,
  tlsFailed: 0,
  clientResets: 0,
  targetResets: 0,
  bytesFromClients: 0,
  bytesFromTarget: 0,
})
