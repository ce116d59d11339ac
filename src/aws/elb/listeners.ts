import type { Listener } from '@aws-sdk/client-elastic-load-balancing'
import { certificateKey } from '../../resources/certificates.ts'
import type { ClassicSettings } from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'
import { elbLimits } from './limits.ts'
import { refuse } from './refusal.ts'

type ClassicListener = ClassicSettings['Listeners'][number]

/** Both sides of a listener are flows, or both requests (Classic guide, "Listeners"). */
const layers: Readonly<Record<string, readonly string[]>> = {
  TCP: ['TCP', 'SSL'],
  SSL: ['TCP', 'SSL'],
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
}

/** Listeners with those given, in order of their ports. One that is there as it is given is no mistake. */
export function withListeners(
  snapshot: Snapshot,
  name: string,
  present: readonly ClassicListener[],
  given: readonly Listener[],
): ClassicListener[] {
  const byPort = new Map(present.map(listener => [listener.LoadBalancerPort, listener]))
  for (const listener of given.map(one => checkedListener(snapshot, one))) {
    const { LoadBalancerPort: port } = listener
    const known = byPort.get(port)
    if (known !== undefined && !isSame(known, listener))
      throw refuse(
        'DuplicateListener',
        `A listener already exists for ${name} with LoadBalancerPort ${port}, but with a different InstancePort, Protocol, or SSLCertificateId`,
      )
    byPort.set(port, listener)
  }
  if (byPort.size > elbLimits.listenersPerLoadBalancer)
    throw refuse(
      'InvalidConfigurationRequest',
      `A load balancer can have ${elbLimits.listenersPerLoadBalancer} listeners`,
    )
  return [...byPort.values()].sort((a, b) => a.LoadBalancerPort - b.LoadBalancerPort)
}

function checkedListener(snapshot: Snapshot, given: Listener): ClassicListener {
  const { LoadBalancerPort = 0, InstancePort = 0, SSLCertificateId } = given
  const Protocol = (given.Protocol ?? '').toUpperCase()
  const fitting = layers[Protocol]
  if (fitting === undefined)
    throw refuse(
      'UnsupportedProtocol',
      `Listener protocol '${given.Protocol ?? ''}' must be one of 'HTTP, HTTPS, SSL, TCP'`,
    )
  const InstanceProtocol = (given.InstanceProtocol ?? fitting[0] ?? '').toUpperCase()
  if (!fitting.includes(InstanceProtocol))
    throw refuse(
      'UnsupportedProtocol',
      `Instance protocol '${given.InstanceProtocol ?? ''}' of a listener with protocol '${Protocol}' must be one of '${fitting.join(', ')}'`,
    )
  if (LoadBalancerPort < 1 || LoadBalancerPort > 65_535)
    throw refuse(
      'ValidationError',
      `Load balancer port '${LoadBalancerPort}' must be between '1-65535' inclusive`,
    )
  const isSecure = Protocol === 'SSL' || Protocol === 'HTTPS'
  if (!isSecure && SSLCertificateId !== undefined)
    throw refuse(
      'ValidationError',
      `A certificate cannot be specified for listeners with protocol '${Protocol}'`,
    )
  return {
    Protocol,
    LoadBalancerPort,
    InstanceProtocol,
    InstancePort,
    ...(isSecure ? { SSLCertificateId: checkedCertificate(snapshot, SSLCertificateId) } : {}),
  }
}

export function checkedCertificate(snapshot: Snapshot, arn: string | undefined): string {
  if (arn === undefined)
    throw refuse(
      'ValidationError',
      'A certificate must be specified for listeners with protocol SSL or HTTPS',
    )
  if (snapshot.get(certificateKey(arn)) === undefined)
    throw refuse('CertificateNotFound', `Server Certificate not found for the key: ${arn}`)
  return arn
}

const isSame = (a: ClassicListener, b: ClassicListener): boolean =>
  a.Protocol === b.Protocol &&
  a.InstanceProtocol === b.InstanceProtocol &&
  a.InstancePort === b.InstancePort &&
  a.SSLCertificateId === b.SSLCertificateId
