import type { Cancel, Clock } from '../base/clock.ts'
import type { ProbeFailure, ProbeResult, ProbeSpec, SendProbe } from './probe.ts'

/** IPv4 addresses of a name. Rejects, or gives none, when there are none. */
export type ResolveAddresses = (name: string) => Promise<readonly string[]>

/** Looks the name up, within the time a connect may take, and probes the first address. */
export function namedProbe(
  clock: Clock,
  resolve: ResolveAddresses,
  send: SendProbe,
  spec: ProbeSpec & { readonly hostName: string },
  done: (result: ProbeResult) => void,
): Cancel {
  const startedAt = clock.now()
  const { hostName: name, ...rest } = spec
  const timeoutMs = spec.phases?.connectMs ?? spec.timeoutMs
  let cancel: Cancel = () => undefined
  let isOver = false
  const fail = (reason: ProbeFailure, evidence: string): void => {
    isOver = true
    cancel()
    done({ passed: false, reason, stage: 'connect', latencyMs: clock.now() - startedAt, evidence })
  }
  const found = (addresses: readonly string[]): void => {
    if (isOver) return
    cancel()
    const [address] = addresses
    if (address === undefined) return fail('name', `${name} has no IPv4 address`)
    cancel = send({ ...rest, to: { address, port: spec.to.port } }, result =>
      done({ ...result, resolved: address }),
    )
  }
  cancel = clock.after(timeoutMs, () => fail('name', `no address of ${name} within ${timeoutMs} ms`))
  const lookUp = async (): Promise<readonly string[] | string> => {
    try {
      return await resolve(name)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  void lookUp().then(outcome => {
    if (typeof outcome !== 'string') found(outcome)
    else if (!isOver) fail('name', outcome)
  })
  return () => {
    isOver = true
    cancel()
  }
}
