import type { Cancel, Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { type Endpoint, formatEndpoint } from '../base/network.ts'
import type { Random } from '../base/random.ts'
import { type CheckedTarget, healthChecker } from '../health/checker.ts'
import type { ProbeSpec, SendProbe } from '../health/probe.ts'
import { healthOf, type Verdict } from '../health/verdict.ts'
import { shownHealth } from '../resources/health-words.ts'
import type { ObservedTarget } from '../resources/load-balancing.ts'
import type { ProcessState, ProcessStatus } from '../resources/status.ts'
import { checkerTrust } from './checker-trust.ts'
import type { EngineEvents } from './engine.ts'
import type { BalancerSnapshot, TargetGroupSnapshot, TargetSnapshot } from './selection/balancer-snapshot.ts'
import { type GuardedTarget, removalGuard } from './selection/removal-guard.ts'
import { stateChangesAt, type TargetState, type TargetStates, targetState } from './selection/target-state.ts'
import { startingNodes } from './starting-nodes.ts'

export interface TargetHealthPorts {
  readonly clock: Clock
  readonly random: Random
  readonly send: SendProbe
  readonly log: Log
  /** The state of some target is another now. */
  readonly changed: () => void
  /** Where the balancer checks itself, by the network's way that its targets are checked by. Absent: it trusts itself. */
  readonly self?: Endpoint
  /** Health checks are not believed, or are again. */
  readonly alarm?: (alarm: HealthAlarm) => void
}

export interface HealthAlarm {
  readonly event: 'health checks frozen' | 'health checks trusted again' | 'removal of targets limited'
  /** The target or group it was noticed at; the balancer itself when it is trusted again. */
  readonly subject: string
  readonly reason: string
  readonly evidence: readonly string[]
}

/** Knows the state of every target of one balancer. */
export interface TargetHealth extends EngineEvents {
  /** Checks the targets of this snapshot from now on. */
  watch(snapshot: BalancerSnapshot): void
  /**
   * What the supervisor says of the process behind targets, undefined when it says nothing; and whether the node says of itself that it
   * serves. A target that has not passed a check yet is not checked while its node starts: as on AWS, its first pass brings it in service,
   * and checks that nobody could have answered do not count against it.
   */
  hear(process: string, status: ProcessStatus | undefined, isReady?: boolean): void
  states(): TargetStates
  observed(): readonly ObservedTarget[]
  /** True when every target has had a first result. */
  isSettled(): boolean
  close(): void
}

/** Role names of the processes behind a snapshot's targets, with the ids of their instances. */
export function processesOf(snapshot: BalancerSnapshot): ReadonlyMap<string, string> {
  const instances = new Map<string, string>()
  for (const { targets } of snapshot.targetGroups)
    for (const { process, id } of targets) if (process !== undefined) instances.set(process, id)
  return instances
}

export function targetHealth(ports: TargetHealthPorts): TargetHealth {
  const { clock, random, send, log, changed } = ports
  let snapshot: BalancerSnapshot | undefined
  const heard = new Map<string, ProcessStatus>()
  /** While true, changes are told once, at the end. */
  let isBatch = false
  let cancelTurn: Cancel = () => undefined

  const guard = removalGuard()
  const trust = checkerTrust({ ...ports, guard, targets: () => guarded() })
  const guarded = (): GuardedTarget[] =>
    eachTarget((group, target) => {
      const verdict = checker.verdict(target.key)
      const { removalPercentPerMinute } = group
      return verdict === undefined
        ? []
        : [
            {
              key: target.key,
              group: group.name,
              isHealthy: healthOf(verdict) === 'healthy',
              removalPercentPerMinute,
            },
          ]
    }).flat()

  const checker = healthChecker({
    clock,
    random,
    send,
    probed(id, result) {
      guard.hear(id, result.passed, clock.now())
      // Whether it is ours must be known before the second failure takes the target out.
      if (!result.passed) trust.checkSelf()
    },
    doubts: id => trust.doubts(id, checker.verdict(id)?.evidence ?? ''),
    changed(id, verdict, before) {
      logChange(log, id, verdict, before)
      if (!isBatch) changed()
      awaitNextTurn()
    },
  })

  /** 'unhealthy.draining' ends by itself, and so does each step of a slow start. */
  const awaitNextTurn = (): void => {
    cancelTurn()
    const nowMs = clock.now()
    const turns = eachTarget((group, target) =>
      stateChangesAt(group, checker.verdict(target.key), nowMs),
    ).filter(at => at !== undefined)
    if (turns.length === 0) return
    cancelTurn = clock.after(Math.min(...turns) - nowMs, () => {
      changed()
      awaitNextTurn()
    })
  }

  const eachTarget = <T>(give: (group: TargetGroupSnapshot, target: TargetSnapshot) => T): T[] =>
    (snapshot?.targetGroups ?? []).flatMap(group => group.targets.map(target => give(group, target)))

  const stateOf = (group: TargetGroupSnapshot, target: TargetSnapshot): TargetState =>
    targetState(group, target, {
      verdict: checker.verdict(target.key),
      isCheckerSick: trust.isSick(),
      nowMs: clock.now(),
    })

  const starting = startingNodes(clock, () => {
    checkTargets()
    changed()
  })
  const isStarting = ({ key, process }: TargetSnapshot): boolean =>
    process !== undefined &&
    starting.isStarting(process) &&
    (checker.verdict(key)?.state ?? 'initial') === 'initial'

  /** Those that are there to be checked; what is known of them stays. */
  const checkTargets = (): void => {
    isBatch = true
    checker.setTargets(
      eachTarget((group, target) =>
        isChecked(target) && !isStarting(target) ? [checked(group, target)] : [],
      ).flat(),
    )
    eachTarget((_, target) => {
      const status = heard.get(target.process ?? '')
      if (status !== undefined) tell(target, status)
    })
    isBatch = false
  }

  const evidenceOf = (target: TargetSnapshot): string | undefined =>
    checker.verdict(target.key)?.evidence ??
    (isChecked(target) && isStarting(target) ? 'its node starts' : undefined)

  const tell = (target: TargetSnapshot, status: ProcessStatus): void => {
    const word = wordOf[status.state]
    const reason = status.reason === undefined ? '' : `: ${status.reason}`
    checker.setWord(target.key, word, `its process is ${status.state}${reason}`)
  }

  return {
    watch(next) {
      snapshot = next
      trust.every(next.targetGroups.map(({ health }) => health))
      checkTargets()
      guard.keep(new Set(eachTarget((_, target) => target.key)))
      awaitNextTurn()
    },
    hear(process, status, isReady = true) {
      const before = heard.get(process)
      if (status === undefined) heard.delete(process)
      else heard.set(process, status)
      const word = status === undefined ? 'alive' : wordOf[status.state]
      const isAnother =
        before?.identity !== undefined &&
        status?.identity !== undefined &&
        (before.identity.pid !== status.identity.pid ||
          before.identity.startedAt !== status.identity.startedAt)
      eachTarget((_, target) => {
        if (target.process !== process) return
        // Its end may have come and gone between two looks at the store.
        if (isAnother && word === 'alive') checker.setWord(target.key, 'dead', 'its process was replaced')
        if (status === undefined) checker.setWord(target.key, 'alive', 'its supervisor says nothing')
        else tell(target, status)
      })
      if (!starting.hear(process, status, isReady)) return
      checkTargets()
      changed()
    },
    states: () => new Map(eachTarget((group, target) => [target.key, stateOf(group, target)] as const)),
    observed: () =>
      eachTarget((group, target) => observe(group, target, stateOf(group, target), evidenceOf(target))),
    isSettled: () => checker.isSettled(),
    connectFailed(key, reason) {
      // One line for each refused client would be a flood; the change of health that follows is logged once.
      log.debug('connect failed', { target: key, reason })
      checker.connectFailed(key, reason)
    },
    close() {
      cancelTurn()
      starting.close()
      trust.close()
      checker.close()
    },
  }
}

/** A process that ends in good order finishes its flows; any other that does not run is dead. */
const wordOf: Readonly<Record<ProcessState, 'alive' | 'stopping' | 'dead'>> = {
  starting: 'alive',
  running: 'alive',
  stopping: 'stopping',
  stopped: 'dead',
  'backing-off': 'dead',
  'crash-looping': 'dead',
}

function isChecked(target: TargetSnapshot): boolean {
  return !target.deregistering && target.unusable === undefined
}

function checked(group: TargetGroupSnapshot, target: TargetSnapshot): CheckedTarget {
  const { health } = group
  return {
    id: target.key,
    probe: probeSpec(group, target),
    intervalMs: health.intervalMs,
    immediateReprobe: health.immediateReprobe,
    thresholds: health,
  }
}

function probeSpec(group: TargetGroupSnapshot, target: TargetSnapshot): ProbeSpec {
  const { health, probeHost, proxyProtocol } = group
  const port = health.port === 'traffic-port' ? target.port : health.port
  const common = {
    to: { address: target.address, port },
    timeoutMs: health.timeoutMs,
    ...(proxyProtocol ? { proxyHeader: true } : {}),
  }
  switch (health.protocol) {
    case 'TCP':
      return health.sql === undefined
        ? { ...common, protocol: 'tcp' }
        : { ...common, protocol: 'sql', ...health.sql }
    case 'HTTP':
      return { ...common, protocol: 'http', host: probeHost, path: health.path, matcher: health.matcher }
    case 'HTTPS':
      return {
        ...common,
        protocol: 'http',
        tls: {},
        host: probeHost,
        path: health.path,
        matcher: health.matcher,
      }
  }
}

function observe(
  group: TargetGroupSnapshot,
  target: TargetSnapshot,
  state: TargetState,
  evidence: string | undefined,
): ObservedTarget {
  return {
    TargetGroupArn: group.arn,
    Target: { Id: target.id, Port: target.port, AvailabilityZone: target.zone },
    TargetHealth: shownHealth(state),
    ...(state.sharePercent === undefined ? {} : { SharePercent: state.sharePercent }),
    Evidence: target.obstacle ?? evidence ?? (target.address === '' ? 'no address' : formatEndpoint(target)),
  }
}

function logChange(log: Log, id: string, verdict: Verdict, before: Verdict): void {
  log.info('target health changed', {
    target: id,
    from: healthOf(before),
    to: healthOf(verdict),
    evidence: verdict.evidence,
    ...(verdict.forced === undefined ? {} : { supervisor: verdict.forced }),
  })
}
