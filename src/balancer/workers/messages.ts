import type { Endpoint } from '../../base/network.ts'
import type { EngineEvents, FlowEnd, FlowRecord, ListenerCounters, TargetCounters } from '../engine.ts'
import { newListenerCounters, newTargetCounters } from '../new-counters.ts'
import type { BalancerSnapshot } from '../selection/balancer-snapshot.ts'
import type { TargetState } from '../selection/target-state.ts'
import type { UserspaceLimits } from '../userspace/limits.ts'

/** What a balancer's first process says to a worker. Each `id` is answered with it. */
export type ToWorker =
  /** First of all; answered by 'ready'. */
  | { readonly kind: 'begin'; readonly limits: UserspaceLimits }
  /** Works by this from the answer on. Without a snapshot: by the one before. */
  | {
      readonly kind: 'apply'
      readonly id: number
      readonly work: Work | undefined
      readonly states: readonly (readonly [targetKey: string, state: TargetState])[]
    }
  /** A socket comes with it. */
  | { readonly kind: 'listener'; readonly at: Endpoint }
  /** Answered when it is closed. */
  | { readonly kind: 'release'; readonly id: number; readonly at: Endpoint }
  /** Answered by 'report'. */
  | { readonly kind: 'look'; readonly id: number; readonly share: Share }
  /** Answered by 'closed'. */
  | { readonly kind: 'close'; readonly deadlineMs: number }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'report'; readonly id: number; readonly report: Report }
  | { readonly kind: 'closed'; readonly report: Report }
  /** It would serve a listener there; or would not any more, and has closed its socket. */
  | { readonly kind: 'wants' | 'returned'; readonly at: Endpoint }
  | { readonly kind: 'connectFailed'; readonly target: string; readonly reason: ConnectFailure }
  /** It has heard nothing for too long and takes nothing new until it is given a snapshot. */
  | { readonly kind: 'lapsed' }

export type ConnectFailure = Parameters<EngineEvents['connectFailed']>[1]

export interface Work {
  readonly snapshot: BalancerSnapshot
  readonly keys: readonly OpenedKey[]
}

/** A private key in PEM, and what it was sealed as; undefined: it cannot be opened. */
export interface OpenedKey {
  readonly place: string
  readonly sealed: string
  readonly opened: string | undefined
}

/** What of the limits is one process's. */
export interface Share {
  readonly connections: number
  readonly expired: number
  /** By port. */
  readonly perListener: ReadonlyMap<number, number>
}

/** What is new since the last one; counters as they stand. */
export interface Report {
  readonly connections: number
  /** 0 … 1 */
  readonly busyShare: number
  readonly listeners: readonly (readonly [port: number, counters: ListenerCounters])[]
  readonly targets: readonly (readonly [key: string, counters: TargetCounters])[]
  readonly forgotten: readonly (readonly [group: string, counters: TargetCounters])[]
  /** Keys of targets that are no longer counted, but among the forgotten. */
  readonly gone: readonly string[]
  readonly flows: readonly FlowRecord[]
  readonly untold: readonly (readonly [end: FlowEnd, count: number])[]
}

type Check = (value: unknown) => boolean
type Fields<M extends { readonly kind: string }> = {
  readonly [K in M['kind']]: {
    readonly [F in Exclude<keyof Extract<M, { readonly kind: K }>, 'kind'>]: Check
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isText: Check = value => typeof value === 'string'
const isCount: Check = value => Number.isSafeInteger(value) && (value as number) >= 0
const isNumber: Check = value => Number.isFinite(value)
const listOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check)
const pairOf =
  (first: Check, second: Check): Check =>
  value =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1])
const having =
  (fields: Readonly<Record<string, Check>>): Check =>
  value =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]))
const mapOf =
  (key: Check, value: Check): Check =>
  map =>
    map instanceof Map && [...map].every(([k, v]) => key(k) && value(v))
const countersLike = (example: object): Check =>
  having(Object.fromEntries(Object.keys(example).map(name => [name, isCount])))

const isEndpoint = having({ address: isText, port: isCount })
const isReport = having({
  connections: isCount,
  busyShare: isNumber,
  listeners: listOf(pairOf(isCount, countersLike(newListenerCounters()))),
  targets: listOf(pairOf(isText, countersLike(newTargetCounters()))),
  forgotten: listOf(pairOf(isText, countersLike(newTargetCounters()))),
  gone: listOf(isText),
  flows: listOf(having({ protocol: isText, client: isEndpoint, port: isCount, end: isText })),
  untold: listOf(pairOf(isText, isCount)),
} satisfies Record<keyof Report, Check>)
const isWork = having({
  snapshot: having({ revision: isNumber, listeners: Array.isArray, targetGroups: Array.isArray }),
  keys: listOf(having({ place: isText, sealed: isText })),
})

const toWorkerFields: Fields<ToWorker> = {
  begin: { limits: isObject },
  apply: {
    id: isCount,
    work: value => value === undefined || isWork(value),
    states: listOf(pairOf(isText, having({ state: isText }))),
  },
  listener: { at: isEndpoint },
  release: { id: isCount, at: isEndpoint },
  look: {
    id: isCount,
    share: having({ connections: isCount, expired: isCount, perListener: mapOf(isCount, isCount) }),
  },
  close: { deadlineMs: isNumber },
}

const fromWorkerFields: Fields<FromWorker> = {
  ready: {},
  done: { id: isCount },
  report: { id: isCount, report: isReport },
  closed: { report: isReport },
  wants: { at: isEndpoint },
  returned: { at: isEndpoint },
  connectFailed: { target: isText, reason: value => ['refused', 'reset', 'timeout'].includes(String(value)) },
  lapsed: {},
}

/** Undefined: it is none. */
export const readToWorker = (message: unknown): ToWorker | undefined =>
  isOneOf(message, toWorkerFields) ? (message as ToWorker) : undefined

export const readFromWorker = (message: unknown): FromWorker | undefined =>
  isOneOf(message, fromWorkerFields) ? (message as FromWorker) : undefined

function isOneOf(
  message: unknown,
  fields: Readonly<Record<string, Readonly<Record<string, Check>>>>,
): boolean {
  const kind = isObject(message) ? message['kind'] : undefined
  if (typeof kind !== 'string' || !Object.hasOwn(fields, kind)) return false
  return having(fields[kind] ?? {})(message)
}
