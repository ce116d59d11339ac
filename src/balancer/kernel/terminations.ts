import type { Cancel, Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Network } from '../../base/network.ts'
import type { Programs } from '../../base/programs.ts'
import type { TargetGroupSnapshot, TargetSnapshot } from '../selection/balancer-snapshot.ts'
import type { Routing } from '../selection/routing.ts'
import { isLive, type TrackedFlow } from './conntrack.ts'
import { type ConntrackTool, conntrackTool } from './conntrack-tool.ts'
import type { EndReasons } from './end-reasons.ts'
import { familyOf } from './family.ts'
import { resetPeers } from './flow-reset.ts'
import { endpointName } from './names.ts'

export interface TerminationPorts {
  readonly programs: Programs
  readonly network: Network
  readonly clock: Clock
  readonly log: Log
  readonly ended: (targetKey: string, flows: number) => void
  /** Is told why, before the kernel can tell that it was. */
  readonly reasons: EndReasons
}

/** Ends flows of targets, by AWS's rules: of unhealthy ones, and of deregistered ones when their delay is over. */
export interface Terminations {
  /** Resolves when the kernel has forgotten what ends now. Flows that end at a pace, and peers that only wait, are told afterwards. */
  follow(routes: Routing): Promise<void>
  /** Gives how many they were. */
  endAll(routes: Routing): Promise<number>
  close(): void
}

const paceMs = 1_000

const inWords = {
  'target failed': 'target is unhealthy',
  drained: 'deregistration delay is over',
} as const
type Why = keyof typeof inWords

export function terminations(ports: TerminationPorts): Terminations {
  const { programs, network, clock, log, ended, reasons } = ports
  /** Targets whose flows have been ended, until they take flows again. */
  const resets = new Set<string>()
  /** Targets that take nothing new: a connect that was under way to them has been sent elsewhere. */
  const shut = new Set<string>()
  /** Deregistered targets whose flows will be ended. */
  const delays = new Map<string, { readonly cancel: Cancel; readonly finish: () => void }>()
  const paces = new Map<string, Cancel>()

  const toolOf = (address: string): ConntrackTool => conntrackTool(programs, familyOf(address), address)

  /** True when the kernel has forgotten all of them, connects that wait among them. */
  const end = async (
    address: string,
    { protocol, resetsPerSecond }: TargetGroupSnapshot,
    target: TargetSnapshot,
    why: Why,
  ): Promise<boolean> => {
    const tool = toolOf(address)
    if (resetsPerSecond !== undefined) {
      await endPaced(tool, target, resetsPerSecond, why)
      return false
    }
    reasons.note(target, why)
    if (protocol !== 'UDP') tell(target, await tool.forget('tcp', target), why)
    if (protocol !== 'TCP') tell(target, await tool.forget('udp', target), why)
    return true
  }

  const tell = (target: TargetSnapshot, forgotten: readonly TrackedFlow[], why: Why): void => {
    const flows = forgotten.filter(isLive)
    if (flows.length === 0) return
    ended(target.key, flows.length)
    log.info('flows reset', { target: target.key, count: flows.length, reason: inWords[why] })
    void resetPeers(network, clock, flows)
  }

  const endPaced = async (
    tool: ConntrackTool,
    target: TargetSnapshot,
    perSecond: number,
    why: Why,
  ): Promise<void> => {
    const all = (await tool.listLive()).filter(
      flow => flow.target.address === target.address && flow.target.port === target.port,
    )
    const some = all.slice(0, perSecond)
    reasons.note(target, why)
    await tool.forgetEach(some)
    tell(target, some, why)
    if (all.length > some.length)
      paces.set(
        target.key,
        clock.after(paceMs, () => void endPaced(tool, target, perSecond, why)),
      )
  }

  /** True when all flows of the target have been ended just now. */
  const followReset = async (
    address: string,
    routes: Routing,
    group: TargetGroupSnapshot,
    target: TargetSnapshot,
  ): Promise<boolean> => {
    const { key } = target
    if (routes.mustReset(key)) {
      if (resets.has(key)) return false
      resets.add(key)
      return end(address, group, target, 'target failed')
    }
    if (resets.delete(key)) stopPace(key)
    return false
  }

  const followDelay = (address: string, group: TargetGroupSnapshot, target: TargetSnapshot): void => {
    const known = delays.get(target.key)
    if (!target.deregistering || !group.resetsAfterDeregistration) {
      known?.cancel()
      delays.delete(target.key)
    } else if (known === undefined) {
      const finish = (): void => {
        void end(address, group, target, 'drained')
      }
      delays.set(target.key, { cancel: clock.after(group.deregistrationDelayMs, finish), finish })
    }
  }

  /** A client whose SYN to a target that takes nothing new is unanswered sends it again, and that one is chosen for anew. */
  const redirectConnects = async (address: string, newlyShut: ReadonlySet<string>): Promise<void> => {
    if (newlyShut.size === 0) return
    const tool = toolOf(address)
    const waiting = await tool.list('tcp', 'SYN_SENT')
    await tool.forgetEach(waiting.filter(({ target }) => newlyShut.has(endpointName(target))))
  }

  const stopPace = (key: string): void => {
    paces.get(key)?.()
    paces.delete(key)
  }

  return {
    async follow(routes) {
      const { address, targetGroups } = routes.snapshot
      if (address === undefined) return
      const newlyShut = new Set<string>()
      for (const group of targetGroups) {
        const open = new Set(routes.pool(group.name)?.tiers[0]?.targets.map(target => target.key))
        for (const target of group.targets) {
          const isCleared = await followReset(address, routes, group, target)
          followDelay(address, group, target)
          if (open.has(target.key)) shut.delete(target.key)
          else if (!shut.has(target.key)) {
            shut.add(target.key)
            // To go through the kernel's table once more takes as long as the first time, just when clients come back.
            if (!isCleared) newlyShut.add(endpointName(target))
          }
        }
      }
      await redirectConnects(address, newlyShut)
      for (const key of [...resets, ...shut, ...delays.keys()]) {
        if (routes.targets.has(key)) continue
        resets.delete(key)
        shut.delete(key)
        const delay = delays.get(key)
        delay?.cancel()
        delay?.finish()
        delays.delete(key)
      }
    },
    async endAll({ snapshot: { address } }) {
      if (address === undefined) return 0
      const tool = toolOf(address)
      reasons.noteClosing()
      const flows = [...(await tool.forget('tcp')), ...(await tool.forget('udp'))]
      // Thousands may be over and only kept for packets that come late: nobody waits there.
      await resetPeers(network, clock, flows.filter(isLive))
      return flows.length
    },
    close() {
      for (const { cancel } of delays.values()) cancel()
      for (const cancel of paces.values()) cancel()
    },
  }
}
