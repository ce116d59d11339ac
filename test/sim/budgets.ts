import { heartbeatIntervalMs, heartbeatTimeoutMs } from '../../src/resources/status.ts'
import type { HealthCheck } from '../../src/topology/topology.ts'
import { watchMs } from './balancer.ts'

/** The agent tells of an end, and restarts, within this. */
export const supervisorMs = 20
/** Rounding, and latencies of a few milliseconds. */
const slackMs = 10

/** How long each thing may take, by the arithmetic of intervals and timeouts; the timeout is no longer than the interval. */
export interface Budgets {
  /** From the moment a target stops answering to 'unhealthy', whatever its verdict was. */
  readonly notice: number
  /** The same of a target that was healthy. */
  readonly noticeOfHealthy: number
  /** Of a process whose supervisor tells. */
  readonly noticeOfDeath: number
  /** From the moment a target serves again to 'healthy'. */
  readonly recovery: number
  /** What DNS takes to learn what a balancer decided. */
  readonly publication: number
  /** From the moment a balancer stands still to its zone leaving DNS. */
  readonly silence: number
}

export function budgetsOf(check: HealthCheck): Budgets {
  const { intervalMs: interval, timeoutMs: timeout, unhealthyThreshold, healthyThreshold } = check
  // The n-th failing probe begins at most n intervals after the fault and takes a timeout.
  const notice = unhealthyThreshold * interval + timeout + slackMs
  // With immediate re-probe the second begins when the first has failed.
  const immediate = (unhealthyThreshold - 1) * interval + 2 * timeout + slackMs
  return {
    notice,
    noticeOfHealthy: check.immediateReprobe ? Math.min(notice, immediate) : notice,
    noticeOfDeath: supervisorMs + watchMs + slackMs,
    recovery: supervisorMs + watchMs + healthyThreshold * interval + slackMs,
    publication: heartbeatIntervalMs + watchMs + slackMs,
    silence: heartbeatIntervalMs + heartbeatTimeoutMs + watchMs + slackMs,
  }
}
