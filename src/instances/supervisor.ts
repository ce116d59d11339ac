import type { Cancel, Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Command, ProcessExit, Processes, ProcessIdentity, RunningProcess } from '../base/processes.ts'
import type { ProcessStatus } from '../resources/status.ts'
import {
  defaultSupervisionSettings,
  describeExit,
  nextSupervision,
  type Supervision,
  type SupervisionAction,
  type SupervisionEvent,
  type SupervisionSettings,
} from './supervision.ts'
import type { WantedRole } from './wanted-roles.ts'

export interface SupervisorOptions {
  readonly processes: Processes
  readonly clock: Clock
  readonly log: Log
  /** The present time, ISO 8601. */
  readonly wallTime: () => string
  readonly command: (role: WantedRole) => Command
  /** Called on every change of a role's status; undefined when the role is no longer known. */
  readonly changed: (role: WantedRole, status: ProcessStatus | undefined) => void
  /** What the role itself said of its end, where it said anything. */
  readonly complaint?: (role: WantedRole) => string | undefined
  readonly settings?: SupervisionSettings
}

export interface Supervisor {
  /** Makes the running processes those that are wanted: starts what is missing, stops what is not wanted any more. */
  reconcile(wanted: readonly WantedRole[]): void
  /** Takes over a process that an earlier run started. False when it is gone. */
  adopt(role: WantedRole, identity: ProcessIdentity): boolean
  status(roleName: string): ProcessStatus | undefined
  /** The roles whose process runs, and those processes. */
  running(): readonly { readonly role: WantedRole; readonly process: RunningProcess }[]
  /** Ends a role that lives and does nothing, by SIGKILL; it is started again as after any other death. */
  endHung(roleName: string, why: string): void
  /** Stops everything; resolves when no process is left. */
  stopAll(how: 'drain' | 'kill'): Promise<void>
}

interface Supervised {
  role: WantedRole
  supervision: Supervision
  process: RunningProcess | undefined
  spawns: number
  since: string
  lastEnd: string | undefined
  /** Why we end it ourselves. */
  hung: string | undefined
  cancelTimer: Cancel
}

/** Runs the supervision machine of every role against real or simulated processes. */
export function supervisor(options: SupervisorOptions): Supervisor {
  const { processes, clock, log, settings = defaultSupervisionSettings } = options
  const roles = new Map<string, Supervised>()
  const forgotten = new Set<string>()
  const whenStopped = new Set<() => void>()

  const feed = (supervised: Supervised, event: SupervisionEvent): void => {
    const before = supervised.supervision
    const [after, actions] = nextSupervision(before, event, clock.now(), settings)
    supervised.supervision = after
    if (after !== before && after.state !== 'stopping') supervised.cancelTimer()
    for (const action of actions) act(supervised, action)
    if (after !== before) {
      if (after.state !== before.state) supervised.since = options.wallTime()
      report(supervised, before, event)
    }
    if (after.state === 'stopped') settle(supervised)
  }

  const act = (supervised: Supervised, action: SupervisionAction): void => {
    if (action.do === 'spawn') void spawn(supervised)
    else if (action.do === 'signal') supervised.process?.signal(action.name)
    else {
      supervised.cancelTimer()
      supervised.cancelTimer = clock.after(action.delayMs, () => feed(supervised, { type: 'timer' }))
    }
  }

  const spawn = async (supervised: Supervised): Promise<void> => {
    supervised.spawns++
    try {
      follow(supervised, await processes.spawn(options.command(supervised.role)))
    } catch (error) {
      const reason = `cannot be started: ${error instanceof Error ? error.message : String(error)}`
      supervised.lastEnd = reason
      feed(supervised, { type: 'spawn-failed', reason })
    }
  }

  const follow = (supervised: Supervised, process: RunningProcess): void => {
    supervised.process = process
    feed(supervised, { type: 'spawned', identity: process.identity })
    process.onExit(exit => {
      supervised.process = undefined
      supervised.lastEnd = supervised.hung ?? reasonOf(supervised.role, exit)
      supervised.hung = undefined
      feed(supervised, { type: 'exited', exit })
    })
  }

  const reasonOf = (role: WantedRole, exit: ProcessExit): string => {
    const complaint = exit.code === 0 || exit.signal !== undefined ? undefined : options.complaint?.(role)
    return complaint === undefined ? describeExit(exit) : `${describeExit(exit)}: ${complaint}`
  }

  const report = (supervised: Supervised, before: Supervision, event: SupervisionEvent): void => {
    const { name } = supervised.role
    if (event.type === 'exited' && before.state === 'running')
      log.warn('role ended', { name, how: supervised.lastEnd })
    log.info('role state', { name, from: before.state, to: supervised.supervision.state })
    options.changed(supervised.role, statusOf(supervised))
  }

  const settle = (supervised: Supervised): void => {
    const { name } = supervised.role
    if (forgotten.delete(name)) {
      roles.delete(name)
      options.changed(supervised.role, undefined)
    }
    for (const check of whenStopped) check()
  }

  const known = (role: WantedRole): Supervised => {
    const existing = roles.get(role.name)
    if (existing !== undefined) {
      existing.role = role
      return existing
    }
    const created: Supervised = {
      role,
      supervision: { state: 'stopped' },
      process: undefined,
      spawns: 0,
      since: options.wallTime(),
      lastEnd: undefined,
      hung: undefined,
      cancelTimer: () => undefined,
    }
    roles.set(role.name, created)
    return created
  }

  return {
    reconcile(wanted) {
      const names = new Set(wanted.map(role => role.name))
      for (const role of wanted) {
        forgotten.delete(role.name)
        const before = roles.get(role.name)?.role
        const previous = before?.down
        const supervised = known(role)
        if (before !== undefined && (before.generation ?? 0) !== (role.generation ?? 0))
          feed(supervised, { type: 'wanted', up: false, how: 'drain' })
        if (role.down !== undefined) feed(supervised, { type: 'wanted', up: false, how: role.down })
        else if (isRestWanted(supervised, previous)) feed(supervised, { type: 'wanted', up: true })
      }
      for (const [name, supervised] of roles) {
        if (names.has(name)) continue
        forgotten.add(name)
        feed(supervised, { type: 'wanted', up: false, how: 'drain' })
      }
    },
    adopt(role, identity) {
      const process = processes.adopt(identity)
      if (process === undefined) return false
      const supervised = known(role)
      supervised.supervision = { state: 'starting', crashes: 0, stopWith: undefined }
      follow(supervised, process)
      return true
    },
    status: name => {
      const supervised = roles.get(name)
      return supervised === undefined ? undefined : statusOf(supervised)
    },
    running() {
      const found: { role: WantedRole; process: RunningProcess }[] = []
      for (const { role, process, supervision } of roles.values()) {
        if (process !== undefined && supervision.state === 'running') found.push({ role, process })
      }
      return found
    },
    endHung(name, why) {
      log.warn('role hangs', { name, why })
      const supervised = roles.get(name)
      if (supervised === undefined) return
      supervised.hung = why
      supervised.process?.signal('SIGKILL')
    },
    stopAll(how) {
      return new Promise(resolve => {
        const check = (): void => {
          for (const { supervision } of roles.values()) if (supervision.state !== 'stopped') return
          whenStopped.delete(check)
          resolve()
        }
        whenStopped.add(check)
        for (const supervised of roles.values()) feed(supervised, { type: 'wanted', up: false, how })
        check()
      })
    },
  }
}

/** A crash-looping role is not woken by every look at the desired state, only when an operator lifts what kept it down. */
function isRestWanted(supervised: Supervised, previousDown: WantedRole['down']): boolean {
  return supervised.supervision.state !== 'crash-looping' || previousDown !== undefined
}

function statusOf(supervised: Supervised): ProcessStatus {
  const { supervision, spawns, since, lastEnd } = supervised
  return {
    state: supervision.state,
    ...(supervision.state === 'running' ? { identity: supervision.identity } : {}),
    restarts: Math.max(0, spawns - 1),
    since,
    ...(lastEnd === undefined ? {} : { reason: lastEnd }),
  }
}
