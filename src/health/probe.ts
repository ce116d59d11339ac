import type { Cancel } from '../base/clock.ts'
import type { Endpoint } from '../base/network.ts'
import type { StatusMatcher } from './status-matcher.ts'

/** What to ask of whom. The timeout covers the whole probe. */
export type ProbeSpec = { readonly to: Endpoint; readonly timeoutMs: number } & ProbeKind

export type ProbeKind =
  | { readonly protocol: 'tcp' }
  | {
      readonly protocol: 'http'
      /** Host header. AWS: address and listener port of the balancer, not of the target. */
      readonly host: string
      readonly path: string
      readonly matcher: StatusMatcher
    }
  /** A protocol of the API that no probe speaks yet: it fails and says so. */
  | { readonly protocol: 'unsupported'; readonly name: string }

export type ProbeFailure = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'status' | 'protocol'

/** What one probe saw. It knows nothing of thresholds. */
export type ProbeResult =
  | { readonly passed: true; readonly latencyMs: number; readonly evidence: string }
  | {
      readonly passed: false
      readonly reason: ProbeFailure
      readonly latencyMs: number
      readonly evidence: string
    }

/** Begins a probe; `done` is called once, later, unless the probe is cancelled. */
export type SendProbe = (spec: ProbeSpec, done: (result: ProbeResult) => void) => Cancel
