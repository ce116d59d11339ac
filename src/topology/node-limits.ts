import type { AdmissionSettings, GroupRule, SessionTimeouts } from '../resources/admission-settings.ts'
import type { NodeLimits } from '../resources/node-config.ts'
import type { TopologyFile } from './topology-schema.ts'

type LimitsFile = TopologyFile['limits']

/** What the file’s limits mean to a node. */
export function nodeLimits(limits: LimitsFile): NodeLimits {
  return {
    connectionsMax: limits.connections,
    memoryLimitMegabytes: limits.memory,
    drainTimeoutMs: limits.drainTimeout,
    admission: admissionSettings(limits),
  }
}

function admissionSettings(limits: LimitsFile): AdmissionSettings {
  return {
    concurrentMax: limits.concurrent,
    queuedMax: limits.queued,
    waitMs: limits.wait,
    memorySoftPercent: limits.memorySoftPercent,
    processMegabytes: limits.processMemory,
    query: { memoryMegabytes: limits.queryMemory, spillMegabytes: limits.querySpill },
    timeouts: {
      statementMs: limits.statementTimeout,
      idleSessionMs: limits.idleSessionTimeout,
      idleInTransactionMs: limits.idleInTransactionTimeout,
      lockMs: limits.lockTimeout,
    },
    groups: (limits.groups ?? []).map(group => ({
      name: group.name,
      weight: group.weight,
      concurrentMax: group.concurrent,
      queuedMax: group.queued,
      waitMs: group.wait,
      memoryMegabytes: group.queryMemory,
      spillMegabytes: group.querySpill,
    })),
    rules: (limits.rules ?? []).map(rule => ({ ...rule, hours: hoursOf(rule.hours) })),
    roles: (limits.roles ?? []).map(role => ({
      role: role.role,
      connectionsMax: role.connections,
      concurrentMax: role.concurrent,
      queuedMax: role.queued,
      timeouts: timeoutsOf(role),
    })),
  }
}

function hoursOf(text: string | undefined): GroupRule['hours'] {
  if (text === undefined) return undefined
  const [from = 0, to = 0] = text.split('-').map(Number)
  return [from, to]
}

function timeoutsOf(role: NonNullable<LimitsFile['roles']>[number]): Partial<SessionTimeouts> {
  const all = {
    statementMs: role.statementTimeout,
    idleSessionMs: role.idleSessionTimeout,
    idleInTransactionMs: role.idleInTransactionTimeout,
    lockMs: role.lockTimeout,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
