import type { Routing } from '../selection/routing.ts'
import { counterOf, endpointName, openedCounter } from './names.ts'
import type { Counted } from './read-counters.ts'

/** What flows tell of a target without any probe. */
export interface Evidence {
  readonly key: string
  readonly reason: 'refused' | 'timeout'
}

/** Readings that a target may leave a SYN unanswered; with the interval of readings, this is the connect timeout. */
const unansweredReadings = 2

interface Reading {
  readonly opened: number
  readonly answered: number
}

/**
 * Judges from reading to reading of the counters. A target that answered SYN with RST refused. One that was sent flows long enough ago, and
 * has answered none of those or of later ones since, lets them time out.
 */
export class PassiveEvidence {
  readonly #readings = new Map<string, Reading[]>()

  next(routes: Routing, counted: ReadonlyMap<string, Counted>): Evidence[] {
    const packets = (name: string): number => counted.get(name)?.packets ?? 0
    const found: Evidence[] = []
    const seen = new Map<string, Reading[]>()
    for (const group of routes.snapshot.targetGroups) {
      // A UDP target owes no answer.
      if (group.protocol === 'UDP') continue
      for (const target of group.targets) {
        const endpoint = endpointName(target)
        const refused = packets(counterOf('refusals', endpoint))
        const reading = {
          opened: packets(openedCounter(group.name, target)),
          answered: packets(counterOf('answers', endpoint)) + refused,
        }
        const readings = [reading, ...(this.#readings.get(target.key) ?? [])].slice(0, unansweredReadings + 1)
        seen.set(target.key, readings)
        if (refused > 0) found.push({ key: target.key, reason: 'refused' })
        else if (group.protocol === 'TCP' && isSilent(readings))
          found.push({ key: target.key, reason: 'timeout' })
      }
    }
    this.#readings.clear()
    for (const [key, readings] of seen) this.#readings.set(key, readings)
    return found
  }
}

function isSilent(readings: readonly Reading[]): boolean {
  const oldest = readings[unansweredReadings]
  return oldest !== undefined && oldest.opened > 0 && readings.every(({ answered }) => answered === 0)
}
