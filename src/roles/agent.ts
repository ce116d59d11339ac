import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cancel, every } from '../base/clock.ts'
import type { Command, Processes, ProcessIdentity } from '../base/processes.ts'
import { defaultHangSettings, hangWatch } from '../instances/hang-watch.ts'
import { type Supervisor, supervisor } from '../instances/supervisor.ts'
import { type WantedRole, wantedRoles } from '../instances/wanted-roles.ts'
import { lastComplaint } from '../io/log-tail.ts'
import { eventJournal } from '../resources/event-journal.ts'
import { processEventsPrefix } from '../resources/events.ts'
import {
  type AgentStatus,
  agentStatusKey,
  heartbeatIntervalMs,
  type ProcessStatus,
  processStatusKey,
} from '../resources/status.ts'
import { statusPublisher } from '../resources/status-publisher.ts'
import { statusTeller } from '../resources/status-teller.ts'
import type { Store } from '../store/store.ts'
import type { RoleContext } from './context.ts'
import { processEvents } from './process-events.ts'

/** libuv's pool: every query that runs holds a thread until its next batch, and file reads must not wait behind them. */
export const threadPoolSize = { node: 48, other: 4 } as const
/** More than one heartbeat of ours lies between two looks. */
const hangLookIntervalMs = 1_000
/** A balancer or node that drains has its own deadline; this one only catches a role that hangs. */
const stopDeadlineMs = 20_000

export interface AgentOptions {
  readonly processes: Processes
  readonly identity: ProcessIdentity
  readonly topologyFile: string
  readonly logDir: string
  /** Where `<role name>.pid` is, as long as that role runs. */
  readonly runDir: string
  /** How to start this program again: the executable and the arguments before the command's name. */
  readonly program: string
  readonly programArgs: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The present time, ISO 8601. */
  readonly wallTime: () => string
}

export interface RunningAgent {
  /** Stops every role. A second call, with 'kill', does not wait for drains. */
  stop(how: 'drain' | 'kill'): Promise<void>
}

/** Runs the roles that the store's desired state asks for on this machine, and tells in the store how they fare. */
export async function startAgent(context: RoleContext, options: AgentOptions): Promise<RunningAgent> {
  const { store, clock, log } = context
  const publish = statusPublisher(store, log)
  const wallMs = (): number => Date.parse(options.wallTime())
  const journal = eventJournal({ store, log, prefix: processEventsPrefix, by: context.roleName, wallMs })
  const tellEvents = processEvents(journal)
  const supervised = supervisor({
    processes: options.processes,
    clock,
    log,
    wallTime: options.wallTime,
    command: role => roleCommand(role, context.stateDir, options),
    complaint: role => lastComplaint(logFileOf(role, options)),
    changed: (role, status) => {
      publish({ key: processStatusKey(role.name), value: status })
      tellEvents(role.name, status)
      // What it last said of itself must not outlive it: nobody should wait for a missed heartbeat to disbelieve it.
      if (status?.identity === undefined) {
        publish({ key: role.statusKey, value: undefined })
        store.heartbeats.end(role.statusKey)
      }
      try {
        writePidFile(join(options.runDir, `${role.name}.pid`), status)
      } catch (error) {
        // For people and scripts only: a full disk must not end who restarts what dies.
        log.warn('process id file not written', { role: role.name, error: String(error) })
      }
    },
  })

  const initial = store.read()
  const roles = wantedRoles(initial)
  const adopted = adoptRunning(store, supervised, roles)
  if (adopted.size > 0) log.info('roles adopted', { names: [...adopted] })
  await clearStaleStatus(store, adopted)

  supervised.reconcile(roles)
  const cancelWatch = store.watch(initial.revision, (snapshot, keys) => {
    for (const key of keys) {
      if (key.startsWith('status/')) continue
      supervised.reconcile(wantedRoles(snapshot))
      break
    }
  })

  const tellStatus = statusTeller<AgentStatus>({
    store,
    clock,
    publish,
    key: agentStatusKey,
  })
  let heartbeat = 0
  const beat = (): void => {
    store.heartbeats.beat(agentStatusKey, {
      heartbeat: heartbeat++,
      appliedRevision: store.read().revision,
    })
    tellStatus({ identity: options.identity })
    journal.flush()
  }
  beat()
  const cancelBeat = every(clock, heartbeatIntervalMs, beat)

  const cancelHangWatch = watchForHangs(context, supervised)

  let stopping = false
  return {
    async stop(how) {
      if (!stopping) {
        stopping = true
        cancelWatch()
        cancelBeat()
        cancelHangWatch()
      }
      const cancelDeadline = clock.after(stopDeadlineMs, () => void supervised.stopAll('kill'))
      await supervised.stopAll(how)
      cancelDeadline()
      await publish.flushed()
      await journal.flushed()
    },
  }
}

/** A role that hangs is ended, and so started again: nobody waits for an operator. */
function watchForHangs({ store, clock }: RoleContext, supervised: Supervisor): Cancel {
  const look = hangWatch(clock)
  let ownHeartbeat: number | undefined
  return every(clock, hangLookIntervalMs, () => {
    const snapshot = store.read()
    // One who has not told of itself has not begun, whatever its name left behind.
    const heartbeatOf = (key: string): number | undefined =>
      snapshot.get(key) === undefined ? undefined : store.heartbeats.last(key)?.heartbeat
    const before = ownHeartbeat
    ownHeartbeat = heartbeatOf(agentStatusKey)
    const evidence = supervised.running().map(({ role, process }) => ({
      name: role.name,
      pid: process.identity.pid,
      heartbeat: heartbeatOf(role.statusKey),
      isSuspended: process.isSuspended(),
    }))
    for (const name of look(evidence, ownHeartbeat !== before)) {
      supervised.endHung(name, `did not respond for ${defaultHangSettings.hangTimeoutMs / 1000} s`)
    }
  })
}

function roleCommand(role: WantedRole, stateDir: string, options: AgentOptions): Command {
  const topology = role.kind === 'control' ? ['--topology', options.topologyFile] : []
  const poolSize = role.kind === 'node' ? threadPoolSize.node : threadPoolSize.other
  return {
    program: options.program,
    args: [...options.programArgs, role.kind, '--name', role.name, '--state', stateDir, ...topology],
    environment: { ...options.environment, UV_THREADPOOL_SIZE: String(poolSize) },
    logFile: logFileOf(role, options),
  }
}

function logFileOf(role: WantedRole, { logDir }: AgentOptions): string {
  return join(logDir, `${role.name}.log`)
}

function writePidFile(path: string, status: ProcessStatus | undefined): void {
  if (status?.identity === undefined) rmSync(path, { force: true })
  else writeFileSync(path, `${status.identity.pid}\n`)
}

/** An agent that died left its roles at work: they go on under the new one. */
function adoptRunning(store: Store, supervised: Supervisor, roles: readonly WantedRole[]): Set<string> {
  const adopted = new Set<string>()
  for (const role of roles) {
    const identity = store.read().get<ProcessStatus>(processStatusKey(role.name))?.value.identity
    if (identity !== undefined && supervised.adopt(role, identity)) adopted.add(role.name)
  }
  return adopted
}

/** What dead processes last said would be believed until their heartbeat is missed; nobody needs to wait for that. */
async function clearStaleStatus(store: Store, adopted: ReadonlySet<string>): Promise<void> {
  const snapshot = store.read()
  const stale =
    adopted.size === 0
      ? snapshot.list('status/')
      : snapshot
          .list('status/process/')
          .filter(({ key }) => !adopted.has(key.slice('status/process/'.length)))
  if (stale.length > 0)
    await store.commit(
      [],
      stale.map(({ key }) => ({ key, value: undefined })),
    )
}
