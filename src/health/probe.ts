import type { Cancel } from '../base/clock.ts'
import type { Endpoint } from '../base/network.ts'
import type { StatusMatcher } from './status-matcher.ts'

/** What to ask of whom. */
export type ProbeSpec = {
  readonly to: Endpoint
  /** A name whose IPv4 address is looked up before each probe and takes the place of `to.address`, which is empty then. */
  readonly hostName?: string
  /** Covers the whole probe, unless its parts have limits of their own. */
  readonly timeoutMs: number
  readonly phases?: ProbePhases
  /** The connection begins with a PROXY protocol header that says it is the checker's own (AWS: `proxy_protocol_v2.enabled`). */
  readonly proxyHeader?: boolean
} & ProbeKind

/** Limits of the parts of an HTTP probe, each from the end of the part before. */
export interface ProbePhases {
  readonly connectMs: number
  /** From the TCP connection, so with the TLS handshake, to the answer's head. */
  readonly answerMs: number
  readonly bodyMs: number
}

export type ProbeKind =
  | { readonly protocol: 'tcp' }
  | {
      readonly protocol: 'http'
      /** Host header. AWS: address and listener port of the balancer, not of the target. */
      readonly host: string
      readonly path: string
      readonly matcher: StatusMatcher
      /** Over TLS, whatever the certificate. */
      readonly tls?: TlsAsk
      /** Decided by the whole head, which must be well formed; interim answers (1xx) are passed over. */
      readonly wholeHead?: boolean
      /** Must be within the first bytes of the body: see `searchedBytesMax`. */
      readonly search?: string
    }
  | ({ readonly protocol: 'sql' } & SqlAsk)
  /** A protocol that no probe speaks: it fails and says so. */
  | { readonly protocol: 'unsupported'; readonly name: string }

export interface SqlAsk {
  readonly user: string
  /** Absolute path of a file with the password; absent: none. */
  readonly passwordFile?: string
  readonly database: string
  readonly query: string
  /** What the first column of the first row must be. */
  readonly expect?: string
}

export interface TlsAsk {
  /** Sent as server name indication; when the certificate is for another name, the handshake is tried again without. */
  readonly serverName?: string
}

export type ProbeFailure =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'unreachable'
  | 'status'
  | 'protocol'
  /** No TLS session. */
  | 'tls'
  /** The name has no address. */
  | 'name'
  /** The text searched for is not there, or the query's answer is another. */
  | 'content'
  /** The SQL server refuses the login or the query. */
  | 'sql'
  /** The file with the password gives none; nobody was connected to. */
  | 'password'

/** What one probe saw. It knows nothing of thresholds. */
export type ProbeResult = ProbeOutcome & {
  readonly latencyMs: number
  readonly evidence: string
  readonly http?: { readonly status: number; readonly phrase: string }
  /** What `hostName` was resolved to. */
  readonly resolved?: string
}

export type ProbeOutcome =
  | { readonly passed: true }
  | {
      readonly passed: false
      readonly reason: ProbeFailure
      /** What was waited for when it failed; absent where it does not matter. */
      readonly stage?: 'connect' | 'answer' | 'body'
    }

/** Begins a probe; `done` is called once, later, unless the probe is cancelled. */
export type SendProbe = (spec: ProbeSpec, done: (result: ProbeResult) => void) => Cancel
