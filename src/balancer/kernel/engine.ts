import { type Cancel, type Clock, every, pause } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { Programs } from '../../base/programs.ts'
import type { Engine, EngineEvents } from '../engine.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import { type Routing, routing } from '../selection/routing.ts'
import { countingSets, evidenceSets } from './base-rules.ts'
import { closedRules } from './closed-rules.ts'
import { coalesced } from './coalesced.ts'
import { conntrackTool } from './conntrack-tool.ts'
import { counterReader } from './counter-reader.ts'
import { EndReasons } from './end-reasons.ts'
import { families, familyOf } from './family.ts'
import { flowFollower } from './flow-follower.ts'
import { untoldCounter } from './names.ts'
import { type Nft, nft } from './nft.ts'
import { PassiveEvidence } from './passive-evidence.ts'
import type { RuleSet, StandingRules } from './rule-set.ts'
import { rulesFor } from './rules-for.ts'
import { tally } from './tally.ts'
import { terminations } from './terminations.ts'
import { removal, transaction } from './transaction.ts'

export interface KernelOptions {
  readonly programs: Programs
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly events: EngineEvents
  /** Name of the table, see `tableName`. */
  readonly table: string
}

/**
 * How often counters are read, or half as often while no flow begins: how soon a target that refuses or is silent is known here. The kernel
 * passes over it at once. Those that only add up are read once in so many times. Each set is a third of a millisecond of a processor, and each
 * reading wakes two processes, which is felt by whoever they share processors with.
 */
const countIntervalMs = 500
const timesPerSum = 4
/** How often flows are counted; less often when it takes long: the kernel looks through its whole table and lets nobody else run meanwhile. */
const censusIntervalMs = 5_000
const censusShareMax = 0.002
/** While flows are waited for at the end. */
const drainPollMs = 100
/** What ended at the very end is told within this. */
const lastFlowsMs = 100

/**
 * TCP and UDP that never enter a process: this one only writes rules. They go on when it dies, and the next one finds them and
 * changes what differs; a close takes them away.
 */
export function kernelEngine(options: KernelOptions): Engine {
  const { programs, clock, log, events, table } = options
  const sums = tally()
  const evidence = new PassiveEvidence()
  const reasons = new EndReasons(clock)
  const ending = terminations({ ...options, ended: sums.ended, reasons })
  const counters = counterReader(programs)
  const follower = flowFollower({ ...options, reasons })
  /** What stands, where it is known. */
  let standing: { readonly family: string; readonly rules: StandingRules } | undefined
  let wanted: Routing | undefined
  let isClosed = false
  /** The table goes, whatever is still asked for: verdicts change while flows get their time. */
  let isGone = false
  let censusAt = clock.now()
  /** How often it was time to read counters; not each time they are. */
  let times = 0
  /** No flow began between the last two readings. */
  let isQuiet = false

  const tableOf = (family: string): Nft => nft(programs, family, table)

  /** Brings the table to these rules. What an earlier process left is taken over; a table of the other family goes. */
  const stand = async (rules: RuleSet | undefined): Promise<void> => {
    const known = standing
    standing = undefined
    for (const { name } of families) {
      if (name === rules?.family.name) continue
      if (known !== undefined ? known.family === name : (await tableOf(name).standing()) !== undefined)
        await tableOf(name).apply(removal(name, table))
    }
    if (rules === undefined) return
    const { name } = rules.family
    const before = known?.family === name ? known.rules : await tableOf(name).standing()
    if (known === undefined && before !== undefined) {
      log.info('rules adopted', { table, isChangedFormat: before === 'foreign' })
      // Theirs who wrote them: a target that refused yesterday does not refuse now.
      await counters.take(name, table, countingSets)
    }
    const text = transaction(before, rules)
    if (text !== '') await tableOf(name).apply(text)
    standing = { family: name, rules }
  }

  const settle = coalesced(async () => {
    const routes = wanted
    if (isGone) return stand(undefined)
    if (routes === undefined) return
    const rules = rulesFor(routes, table)
    // First: a flow may end as soon as one can begin.
    follower.follow(routes)
    await stand(isClosed && rules !== undefined ? closedRules(rules) : rules)
    await ending.follow(routes)
  })

  const count = coalesced(async () => {
    const [routes, family] = [wanted, standing?.family]
    if (routes === undefined || family === undefined || isClosed) return
    const time = times++
    if (isQuiet && time % 2 === 1) return
    const sets = time % timesPerSum === 0 ? countingSets : evidenceSets
    const counted = await counters.take(family, table, sets)
    if (isClosed) return
    if (counted === undefined) {
      log.warn('rules are gone', { table, hint: 'something flushed the ruleset; they are written anew' })
      standing = undefined
      await settle()
      return
    }
    isQuiet = sums.count(routes, counted) === 0
    const untold = counted.get(untoldCounter)?.packets ?? 0
    if (untold > 0) events.flowsUntold?.(untold)
    for (const { key, reason } of evidence.next(routes, counted)) events.connectFailed(key, reason)
    if (clock.now() < censusAt) return
    const from = clock.now()
    await census(routes)
    censusAt = clock.now() + Math.max(censusIntervalMs, (clock.now() - from) / censusShareMax)
  })

  /** How many flows there are, of listeners that are gone too. */
  const census = async (routes: Routing): Promise<number> => {
    const { address } = routes.snapshot
    if (address === undefined) return 0
    const flows = await conntrackTool(programs, familyOf(address), address).listLive()
    sums.census(routes, flows)
    return flows.length
  }

  const stopCounting: Cancel = every(clock, countIntervalMs, () => {
    // What cannot be read now is read the next time; changes of rules tell whoever made them.
    count().catch((error: unknown) => {
      if (!(error instanceof EverportError)) throw error
      log.warn('counters not read', { message: error.message, detail: error.detail })
    })
  })

  return {
    name: 'kernel',
    apply(snapshot: BalancerSnapshot, states) {
      wanted = routing(snapshot, states)
      return settle()
    },
    counters: () => sums.counters,
    async close(deadlineMs) {
      isClosed = true
      stopCounting()
      const deadline = clock.now() + deadlineMs
      try {
        await settle()
        const routes = wanted
        while (routes !== undefined && (await census(routes)) > 0 && clock.now() < deadline)
          await pause(clock, drainPollMs)
        if (routes !== undefined && (await ending.endAll(routes)) > 0) await pause(clock, lastFlowsMs)
        isGone = true
        await settle()
      } finally {
        ending.close()
        follower.close()
        counters.close()
      }
    },
  }
}
