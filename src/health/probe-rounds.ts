import type { Cancel, Clock } from '../base/clock.ts'
import { fraction, type Random } from '../base/random.ts'
import type { ProbeResult, ProbeSpec, SendProbe } from './probe.ts'

/** First probes are spread over this time, or over the interval when that is shorter. */
const startSpreadMs = 50

/** What is asked, and how often. */
export interface Question {
  readonly probe: ProbeSpec
  readonly intervalMs: number
  /** From the start of a probe to the start of the next (default), or from its result, as Route 53 does. */
  readonly intervalFrom?: 'start' | 'result'
}

/** Somebody who wants to know. */
export interface Asker {
  /** While nobody of a round does, nothing is sent. */
  wantsToKnow(): boolean
  /** Of probes that began after it joined, or asked anew. True: ask again at once. */
  hear(result: ProbeResult, startedAtMs: number): boolean
}

/** One question, asked in turns for all who ask it. */
export interface Round {
  /** Its first answer comes soon. */
  join(asker: Asker): void
  leave(asker: Asker): void
  /** Unless it is being asked. */
  askSoon(delayMs: number): void
  /** In this turn; what is in flight was asked before and tells this asker nothing. */
  askAnew(asker: Asker): void
}

/**
 * Who asks the same of the same place as often shares one probe: the four target groups of a node are checked by one request, not by four.
 * Probes of a round start an interval apart, or when the one before has ended if that took longer: at most one is in flight.
 */
export function probeRounds(ports: {
  readonly clock: Clock
  readonly random: Random
  readonly send: SendProbe
}): (question: Question) => Round {
  const rounds = new Map<string, Round>()
  return question => {
    const key = keyOf(question)
    const found = rounds.get(key)
    if (found !== undefined) return found
    const made = openRound(question, ports, () => rounds.delete(key))
    rounds.set(key, made)
    return made
  }
}

/**
 * Of the Host header the port is left out: it is that of a listener of the balancer's, one as good as the other where several lead to the
 * same place of a target.
 */
function keyOf({ probe, intervalMs, intervalFrom }: Question): string {
  const asked = probe.protocol === 'http' ? { ...probe, host: probe.host.replace(/:\d+$/, '') } : probe
  return JSON.stringify([asked, intervalMs, intervalFrom ?? 'start'])
}

function openRound(
  { probe, intervalMs, intervalFrom }: Question,
  { clock, random, send }: Parameters<typeof probeRounds>[0],
  closed: () => void,
): Round {
  /** With the number of the first probe that tells it something. */
  const askers = new Map<Asker, number>()
  let [asked, startedAt, dueAt] = [0, clock.now(), Number.POSITIVE_INFINITY]
  let cancelTimer: Cancel = () => undefined
  let cancelProbe: Cancel | undefined

  const isAsked = (): boolean => {
    for (const asker of askers.keys()) if (asker.wantsToKnow()) return true
    return false
  }
  const schedule = (delayMs: number): void => {
    cancelTimer()
    dueAt = clock.now() + delayMs
    cancelTimer = clock.after(delayMs, ask)
  }
  const ask = (): void => {
    cancelTimer()
    dueAt = Number.POSITIVE_INFINITY
    if (cancelProbe !== undefined || !isAsked()) return
    const number = ++asked
    startedAt = clock.now()
    cancelProbe = send(probe, result => {
      cancelProbe = undefined
      let isAgain = false
      // Whoever hears may make others leave.
      for (const [asker, first] of askers) if (first > number || asker.hear(result, startedAt)) isAgain = true
      if (askers.size > 0) askSoon(isAgain ? 0 : untilNext(number))
    })
  }
  /** The second is placed at random within the interval, so that rounds do not stay in step. */
  const untilNext = (number: number): number => {
    const delayMs = number === 1 ? intervalMs * fraction(random) : intervalMs
    return intervalFrom === 'result' ? delayMs : Math.max(0, startedAt + delayMs - clock.now())
  }
  const dropProbe = (): void => {
    cancelProbe?.()
    cancelProbe = undefined
  }
  const askSoon = (delayMs: number): void => {
    if (cancelProbe === undefined && clock.now() + delayMs < dueAt) schedule(delayMs)
  }

  return {
    join(asker) {
      askers.set(asker, asked + 1)
      askSoon(Math.min(startSpreadMs, intervalMs) * fraction(random))
    },
    leave(asker) {
      askers.delete(asker)
      if (askers.size > 0) return
      cancelTimer()
      dropProbe()
      closed()
    },
    askSoon,
    askAnew(asker) {
      askers.set(asker, asked + 1)
      dropProbe()
      askSoon(0)
    },
  }
}
