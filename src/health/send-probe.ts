import { unreachable } from '../base/assert.ts'
import type { Cancel, Clock } from '../base/clock.ts'
import type { Network } from '../base/network.ts'
import { httpProbe } from './http-probe.ts'
import { namedProbe, type ResolveAddresses } from './named-probe.ts'
import type { ProbeResult, ProbeSpec, SendProbe } from './probe.ts'
import { tcpProbe } from './tcp-probe.ts'

export type SqlSpec = Extract<ProbeSpec, { protocol: 'sql' }>

export interface ProbeMeans {
  /** For probes of names. */
  readonly resolve?: ResolveAddresses
  /** For SQL probes: the client stands above this folder. */
  readonly sql?: (spec: SqlSpec, done: (result: ProbeResult) => void) => Cancel
}

/** Probes over a network. */
export function networkProbes(network: Network, clock: Clock, means: ProbeMeans = {}): SendProbe {
  const unsupported = (what: string, done: (result: ProbeResult) => void): Cancel =>
    clock.after(0, () =>
      done({
        passed: false,
        reason: 'protocol',
        latencyMs: 0,
        evidence: `health checks by ${what} are not supported here`,
      }),
    )
  const send: SendProbe = (spec, done) => {
    if (spec.hostName !== undefined)
      return means.resolve === undefined
        ? unsupported('name', done)
        : namedProbe(clock, means.resolve, send, { ...spec, hostName: spec.hostName }, done)
    switch (spec.protocol) {
      case 'tcp':
        return tcpProbe(network, clock, spec, done)
      case 'http':
        return httpProbe(network, clock, spec, done)
      case 'sql':
        return means.sql === undefined ? unsupported('sql', done) : means.sql(spec, done)
      case 'unsupported':
        return unsupported(spec.name, done)
      default:
        return unreachable(spec)
    }
  }
  return send
}
