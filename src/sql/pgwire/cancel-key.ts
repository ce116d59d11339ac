import type { Random } from '../../base/random.ts'

/** What a client shows to cancel its query from another connection. */
export interface CancelKey {
  readonly processId: number
  readonly secret: number
}

/** The process id is 11 bits of node number and 20 bits of session number; the sign bit stays 0, since clients show it. */
const sessionBits = 20
const sessionsMax = 1 << sessionBits
export const nodeNumberMax = 0x7ff

export function makeCancelKey(nodeNumber: number, sessionNumber: number, random: Random): CancelKey {
  const processId = ((nodeNumber & nodeNumberMax) << sessionBits) | (sessionNumber & (sessionsMax - 1))
  return { processId, secret: random.uint32() }
}

/** Whose session a cancel is for, so that any node can pass it on. */
export function nodeNumberOf(processId: number): number {
  return (processId >>> sessionBits) & nodeNumberMax
}
