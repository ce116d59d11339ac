import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Random } from '../base/random.ts'
import type { Revision, Store } from '../store/store.ts'
import type { PolicyName } from './policy.ts'

/**
 * One operation of an AWS API, one a file: check, commit, answer. It is given what the request said, already decoded, with every required
 * member there and every range, length, pattern and enum of AWS's model kept to; what remains to check is what depends on other
 * resources or on other members. It answers what the SDK's output type says, or throws an AwsRefusal (or an EverportError, which the
 * closed table of base/errors.ts turns into an AWS code), and then has changed nothing.
 */
export type Operation<I, O> = (input: Checked<I>, context: OperationContext) => Promise<O>

/** The SDK says of every member that it may be undefined; required ones (those without a question mark) are there once decoded. */
export type Checked<I> = { readonly [K in keyof I]: object extends Pick<I, K> ? I[K] : NonNullable<I[K]> }

export interface OperationContext {
  readonly store: Store
  readonly clock: Clock
  /** Milliseconds since 1970, for what documents and answers tell. */
  readonly wallMs: () => number
  readonly random: Random
  readonly log: Log
  /** Twelve digits. */
  readonly accountId: string
  readonly region: string
  readonly caller: Caller
  readonly requestId: string
  readonly dataPlanes: DataPlanes
  /** Absolute: the one folder, on machines that check health, that passwords are read from. */
  readonly passwordFolder: string
}

export interface Caller {
  /** For example `AKIA…`; made up when the server takes any credentials. */
  readonly accessKeyId: string
  readonly policy: PolicyName
}

/**
 * "The API said so" is a promise: an operation that takes something away answers only when nobody works by the old word any more. Who is
 * dead by heartbeat is not waited for: it serves nobody, and reads the new word when it comes back.
 */
export interface DataPlanes {
  /** Whether the owner of this status document (`status/balancer/…`, `status/dns/…`, `status/node/…`) lives. */
  readonly isAlive: (statusKey: string) => boolean
  /** True once each live one has applied `revision` or a later one; at once when none lives. Never waits. */
  readonly haveApplied: (revision: Revision, kind: DataPlaneKind) => boolean
  /** Resolves when `haveApplied`; rejects with ServiceUnavailable after `appliedTimeoutMs`. */
  readonly whenApplied: (revision: Revision, kind: DataPlaneKind) => Promise<void>
}

export type DataPlaneKind = 'balancer' | 'dns'

/**
 * What one folder of operations exports, as `<service>Service`: the server, the conformance table and tests walk these. An operation of
 * the SDK that is not named here is answered with InvalidAction and told as 'not' in docs/reference/aws-operations.md.
 */
export interface ServiceOperations<Sdk> {
  readonly operations: OperationsOf<Sdk>
  /** What an operation that is there does not do, in one sentence each: told as 'partial'. */
  readonly partial: { readonly [N in OperationName<Sdk>]?: string }
}

/** `Sdk` is `typeof import('@aws-sdk/client-…')`; a misspelt operation or a wrong member is a type error. */
export type OperationsOf<Sdk> = {
  readonly [N in OperationName<Sdk>]?: Sdk[`${N}Command` & keyof Sdk] extends new (
    ...args: never[]
  ) => {
    readonly input: infer I
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer O }>
  }
    ? Operation<I, Omit<O, '$metadata'>>
    : never
}

export type OperationName<Sdk> = {
  [K in keyof Sdk]: K extends `${infer N}Command`
    ? Sdk[K] extends new (
        ...args: never[]
      ) => unknown
      ? N
      : never
    : never
}[keyof Sdk]
