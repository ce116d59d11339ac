import type { Cancel, Clock } from '../../base/clock.ts'
import type { EverportError } from '../../base/errors.ts'
import { type AdmissionSettings, queryBounds } from '../../resources/admission-settings.ts'
import type { Engine, EngineSession, Execution, SessionOptions } from '../engine/engine.ts'
import { parseDurationMs } from '../statements/setting-checks.ts'
import {
  type AdmissionEffect,
  type AdmissionEvent,
  createAdmission,
  groupSettings,
  nextAdmission,
} from './admission.ts'
import { admittedSession } from './admitted-session.ts'
import { type MemoryThresholds, memoryVictim, type Pressure, pressureOf } from './memory-pressure.ts'
import { type AdmittedQuery, queryMemory, shownStatementMax } from './query-registry.ts'
import { lockTimeoutError, memoryError, refusalError } from './refusal-error.ts'
import { resourceGroup } from './resource-group.ts'

export interface AdmissionOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly settings: AdmissionSettings
  /** Of all queries together. */
  readonly memoryLimitMegabytes: number
  /** The roles that a role is a member of, at any depth. */
  readonly memberOf: (role: string) => readonly string[]
  /** Of the day, UTC. */
  readonly hour: () => number
  readonly watch: AdmissionWatch
}

export interface AdmissionWatch {
  /** A query was let in after so long. */
  admitted(group: string, waitedMs: number): void
  refused(group: string, reason: string): void
  cancelledForMemory(group: string): void
}

/** The same engine, asked by as many queries at a time as the settings allow. */
export interface AdmittedEngine extends Engine {
  change(settings: AdmissionSettings, memoryLimitMegabytes: number): void
  /** Looks at the memory: holds new queries back, or ends one, when there is too little. */
  look(processBytes: number, thresholds: MemoryThresholds): Promise<Pressure>
  queries(): readonly AdmittedQuery[]
}

/** A client hears that it waits only when it waits so long: shorter waits are not worth a word. */
const noticeAfterMs = 200
const megabyte = 1024 * 1024

/** One query on its way in. */
export interface Entry {
  readonly query: AdmittedQuery
  readonly session: EngineSession
  readonly notice: SessionOptions['notice']
  readonly admitted: () => void
  readonly refused: (error: EverportError) => void
  readonly timers: Cancel[]
  waitMs: number
  isLockTimeout: boolean
  /** What is open of it. */
  readonly executions: Set<Execution>
  /** Why it is being ended. */
  ended: EverportError | undefined
}

export function admittedEngine(options: AdmissionOptions): AdmittedEngine {
  const { clock, watch } = options
  const admission = createAdmission(options.settings)
  const entries = new Map<number, Entry>()
  let memoryLimitMegabytes = options.memoryLimitMegabytes
  let lastId = 0
  /** The query that is being ended for its memory: until it is gone, no other is. */
  let victim: number | undefined

  const groupOf = (session: SessionOptions): string =>
    resourceGroup(admission.settings, {
      role: session.user,
      memberOf: options.memberOf(session.user),
      applicationName: session.setting?.('application_name') ?? session.applicationName,
      clientAddress: session.clientAddress ?? '',
      hour: options.hour(),
    })
  const boundsOf = (group: string): ReturnType<typeof queryBounds> =>
    queryBounds(admission.settings, memoryLimitMegabytes, group)

  const happen = (event: AdmissionEvent): void => {
    for (const effect of nextAdmission(admission, event)) apply(effect)
  }
  function apply(effect: AdmissionEffect): void {
    const entry = entries.get(effect.id)
    if (entry === undefined) return
    switch (effect.kind) {
      case 'admit':
        return admit(entry)
      case 'wait':
        return wait(entry, effect.ahead)
      case 'refuse': {
        const { query, waitMs } = entry
        const isLock = effect.why.kind === 'expired' && entry.isLockTimeout
        watch.refused(query.group, isLock ? 'lockTimeout' : effect.why.kind)
        const refusal = refusalError(effect.why, { group: query.group, role: query.user }, waitMs)
        forget(entry)
        entry.refused(isLock ? lockTimeoutError() : refusal)
      }
    }
  }

  function admit(entry: Entry): void {
    stopTimers(entry)
    entry.query.state = 'running'
    entry.query.startedAt = clock.now()
    watch.admitted(entry.query.group, entry.query.startedAt - entry.query.askedAt)
    entry.admitted()
  }

  function wait(entry: Entry, ahead: number): void {
    const { query, notice } = entry
    const expire = (): void => happen({ kind: 'expired', id: query.id })
    entry.timers.push(clock.after(entry.waitMs, expire))
    if (notice === undefined) return
    const told = `${ahead} before it in resource group "${query.group}", at most ${entry.waitMs / 1_000} s`
    entry.timers.push(clock.after(noticeAfterMs, () => notice('the query waits for its turn', told)))
  }

  function forget(entry: Entry): void {
    stopTimers(entry)
    entries.delete(entry.query.id)
    if (victim === entry.query.id) victim = undefined
  }

  const ask = (
    session: EngineSession,
    facts: SessionOptions,
    statement: string,
  ): { entry: Entry; turn: Promise<void> } => {
    const group = groupOf(facts)
    const id = ++lastId
    let admitted = (): void => undefined
    let refused: (error: EverportError) => void = () => undefined
    const turn = new Promise<void>((resolve, reject) => {
      admitted = resolve
      refused = reject
    })
    const groupWaitMs = groupSettings(admission, group)?.waitMs ?? admission.settings.waitMs
    const lockMs = parseDurationMs(facts.setting?.('lock_timeout') ?? '0') ?? 0
    const isLockTimeout = lockMs > 0 && lockMs < groupWaitMs
    const entry: Entry = {
      query: {
        id,
        processId: facts.processId ?? 0,
        user: facts.user,
        applicationName: facts.setting?.('application_name') ?? facts.applicationName,
        clientAddress: facts.clientAddress ?? '',
        group,
        statement: statement.slice(0, shownStatementMax),
        askedAt: clock.now(),
        state: 'waiting',
        startedAt: 0,
        memoryBytes: 0,
        memoryBytesMax: boundsOf(group).memoryMegabytes * megabyte,
      },
      session,
      notice: facts.notice,
      admitted,
      refused,
      timers: [],
      waitMs: isLockTimeout ? lockMs : groupWaitMs,
      isLockTimeout,
      executions: new Set(),
      ended: undefined,
    }
    entries.set(id, entry)
    happen({ kind: 'ask', ticket: { id, group, role: facts.user } })
    return { entry, turn }
  }

  const leave = (entry: Entry): void => {
    if (!entries.has(entry.query.id)) return
    forget(entry)
    happen({ kind: 'leave', id: entry.query.id })
  }

  /** Of those that have run for a moment: what ends at once is not worth asking. */
  const measure = (): Promise<unknown> =>
    Promise.all(
      [...entries.values()].map(async ({ query, session }) => {
        if (query.state === 'running') query.memoryBytes = (await session.memoryBytes?.().catch(() => 0)) ?? 0
      }),
    )

  return {
    async openSession(facts) {
      const inner = await options.engine.openSession({ ...facts, bounds: () => boundsOf(groupOf(facts)) })
      return admittedSession(inner, {
        ask: statement => ask(inner, facts, statement),
        leave,
      })
    },
    close: () => options.engine.close(),
    change(settings, megabytes) {
      memoryLimitMegabytes = megabytes
      happen({ kind: 'settings', settings })
    },
    async look(processBytes, thresholds) {
      // The engine holds no more than the process: below both bounds nobody needs to be asked.
      if (processBytes >= Math.min(thresholds.softBytes, thresholds.processBytes)) await measure()
      else for (const { query } of entries.values()) query.memoryBytes = 0
      const queries = queryMemory([...entries.values()].map(({ query }) => query))
      const pressure = pressureOf({ processBytes, queries }, thresholds)
      happen({ kind: 'memory', isTight: pressure !== 'free' })
      if ((pressure === 'over' || pressure === 'exhausted') && victim === undefined)
        endOne(memoryVictim(queries)?.id)
      return pressure
    },
    queries: () => [...entries.values()].map(({ query }) => query),
  }

  function endOne(id: number | undefined): void {
    const entry = entries.get(id ?? -1)
    if (entry === undefined) return
    victim = entry.query.id
    entry.ended = memoryError(entry.query.memoryBytes)
    watch.cancelledForMemory(entry.query.group)
    entry.session.cancel()
    // A client that does not read would never come to hear of it, and the memory would stay.
    for (const execution of entry.executions) void execution.close().catch(() => undefined)
  }
}

function stopTimers(entry: Entry): void {
  for (const cancel of entry.timers.splice(0)) cancel()
}
