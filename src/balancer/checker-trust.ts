import type { Cancel, Clock } from '../base/clock.ts'
import type { Endpoint } from '../base/network.ts'
import type { SendProbe } from '../health/probe.ts'
import type { HealthSettings } from '../health/settings.ts'
import type { GuardedTarget, RemovalGuard } from './selection/removal-guard.ts'
import type { HealthAlarm } from './target-health.ts'

export interface CheckerTrustPorts {
  readonly clock: Clock
  readonly send: SendProbe
  readonly changed: () => void
  readonly self?: Endpoint
  readonly alarm?: (alarm: HealthAlarm) => void
  readonly guard: RemovalGuard
  readonly targets: () => readonly GuardedTarget[]
}

/** Whether this balancer's probes may be believed: its check of itself, and what is told of that. */
export interface CheckerTrust {
  /** A failed probe would make a target unhealthy. True when it is not believed. */
  doubts(targetKey: string, evidence: string): boolean
  isSick(): boolean
  /** Checks itself at once, unless it is about to. */
  checkSelf(): void
  /** Checks itself as often, and waits as long, as the quickest of these. */
  every(settings: readonly HealthSettings[]): void
  close(): void
}

/** How often the balancer checks itself: as often as its targets, within these bounds. */
const intervalBounds = { minMs: 250, maxMs: 5_000 } as const

export function checkerTrust(ports: CheckerTrustPorts): CheckerTrust {
  const { clock, send, changed, self, alarm, guard, targets } = ports
  let intervalMs: number = intervalBounds.maxMs
  let timeoutMs = 1_000
  let isSick = false
  /** Groups that were told of, and until when they are not told of again. */
  const limited = new Map<string, number>()
  let cancelTimer: Cancel = () => undefined
  let cancelProbe: Cancel | undefined
  let isClosed = false

  const checkSelf = (): void => {
    if (self === undefined || cancelProbe !== undefined || isClosed) return
    cancelTimer()
    cancelProbe = send({ to: self, protocol: 'tcp', timeoutMs }, result => {
      cancelProbe = undefined
      guard.hearSelf(result.passed, clock.now())
      if (result.passed && isSick) {
        isSick = false
        alarm?.({
          event: 'health checks trusted again',
          subject: 'this balancer',
          reason: 'its check of itself passes',
          evidence: [result.evidence],
        })
        changed()
      }
      cancelTimer()
      cancelTimer = clock.after(intervalMs, checkSelf)
    })
  }
  const freeze = (key: string, evidence: string): void => {
    if (isSick) return
    isSick = true
    alarm?.({
      event: 'health checks frozen',
      subject: key,
      reason:
        'its targets fail and so does its check of itself: what probes say against targets is not believed',
      evidence: [evidence],
    })
    changed()
  }
  const tellLimited = (key: string, evidence: string): void => {
    const group = key.slice(0, key.indexOf('/'))
    const nowMs = clock.now()
    if ((limited.get(group) ?? -Infinity) > nowMs) return
    limited.set(group, nowMs + 60_000)
    alarm?.({
      event: 'removal of targets limited',
      subject: key,
      reason: `health checks have taken out as much of ${group} as they may in a minute`,
      evidence: [evidence],
    })
  }
  return {
    doubts(key, evidence) {
      const doubt = guard.doubts(key, clock.now(), targets())
      if (doubt === 'checker sick') freeze(key, evidence)
      else if (doubt === 'removal limited') tellLimited(key, evidence)
      return doubt !== undefined
    },
    isSick: () => isSick,
    checkSelf,
    every(settings) {
      const shortest = Math.min(...settings.map(each => each.intervalMs), intervalBounds.maxMs)
      intervalMs = Math.max(intervalBounds.minMs, shortest)
      // Half, so that it is known before the second failure of a target that was probed when it began.
      timeoutMs = Math.max(25, Math.min(...settings.map(each => each.timeoutMs), 2_000) / 2)
      checkSelf()
    },
    close() {
      isClosed = true
      cancelTimer()
      cancelProbe?.()
    },
  }
}
