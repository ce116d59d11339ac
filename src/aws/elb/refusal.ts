import { refuser } from '../refusal.ts'

/** Codes as they go over the wire, which are not the names of the SDK's classes: `LoadBalancerNotFound` is an AccessPointNotFoundException. */
export type ElbCode =
  | 'CertificateNotFound'
  | 'DuplicateListener'
  | 'DuplicateLoadBalancerName'
  | 'InvalidConfigurationRequest'
  | 'InvalidInstance'
  | 'InvalidScheme'
  | 'ListenerNotFound'
  | 'LoadBalancerNotFound'
  | 'TooManyLoadBalancers'
  | 'UnsupportedProtocol'
  | 'ValidationError'

export const refuse = refuser<ElbCode>()
