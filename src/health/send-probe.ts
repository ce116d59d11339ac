import { unreachable } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import type { Network } from '../base/network.ts'
import { httpProbe } from './http-probe.ts'
import type { SendProbe } from './probe.ts'
import { tcpProbe } from './tcp-probe.ts'

/** Probes over a network. */
export function networkProbes(network: Network, clock: Clock): SendProbe {
  return (spec, done) => {
    switch (spec.protocol) {
      case 'tcp':
        return tcpProbe(network, clock, spec, done)
      case 'http':
        return httpProbe(network, clock, spec, done)
      case 'unsupported':
        return clock.after(0, () =>
          done({
            passed: false,
            reason: 'protocol',
            latencyMs: 0,
            evidence: `health check protocol ${spec.name} is not supported yet: use TCP or HTTP`,
          }),
        )
      default:
        return unreachable(spec)
    }
  }
}
