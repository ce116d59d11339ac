import type { Cancel, Clock } from '../base/clock.ts'
import { ConnectError, type Network } from '../base/network.ts'
import { localProxyHeader } from '../base/proxy-header.ts'
import type { ProbeResult, ProbeSpec } from './probe.ts'

/** Passes when the handshake completes in time. A hung process passes too: its kernel answers. Use an HTTP check to see that. */
export function tcpProbe(
  network: Network,
  clock: Clock,
  spec: ProbeSpec,
  done: (result: ProbeResult) => void,
): Cancel {
  const abort = new AbortController()
  const run = async (): Promise<void> => {
    const result = await attempt(network, clock, spec, abort.signal)
    if (!abort.signal.aborted) done(result)
  }
  void run()
  return () => abort.abort()
}

async function attempt(
  network: Network,
  clock: Clock,
  spec: ProbeSpec,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const startedAt = clock.now()
  try {
    const connection = await network.connect(spec.to, { timeoutMs: spec.timeoutMs, signal })
    connection.on('error', () => undefined)
    if (spec.proxyHeader === true) connection.write(localProxyHeader)
    connection.destroy()
    const latencyMs = clock.now() - startedAt
    return { passed: true, latencyMs, evidence: `connected in ${formatLatency(latencyMs)}` }
  } catch (error) {
    return connectFailure(error, spec, clock.now() - startedAt)
  }
}

/** The result of a probe that could not connect. */
export function connectFailure(error: unknown, spec: ProbeSpec, latencyMs: number): ProbeResult {
  if (!(error instanceof ConnectError)) throw error
  const reason = error.reason === 'cancelled' ? 'timeout' : error.reason
  const failure = { passed: false, reason, stage: 'connect', latencyMs } as const
  if (reason === 'timeout')
    return { ...failure, evidence: `no connection within ${spec.phases?.connectMs ?? spec.timeoutMs} ms` }
  return { ...failure, evidence: reason === 'tls' ? `no TLS session: ${error.detail}` : `connect ${reason}` }
}

export function formatLatency(latencyMs: number): string {
  return latencyMs < 10 ? `${latencyMs.toFixed(1)} ms` : `${Math.round(latencyMs)} ms`
}
