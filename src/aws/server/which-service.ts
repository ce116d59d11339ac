import { type ServiceDefinition, serviceDefinitions } from '../protocols/service-definition.ts'
import type { ClaimOutcome } from '../sigv4/signature-claim.ts'

/** What tells services apart: one endpoint serves all. */
export interface ServiceHints {
  readonly claim: ClaimOutcome
  readonly path: string
  /** `Version` of a query. */
  readonly version: string | undefined
  /** `Host` header, in lower case. */
  readonly host: string
}

/**
 * By the credential scope; of the two APIs for load balancing, and of unsigned requests, by the API version in the query or the path; at last
 * by a host that begins with the service's name, as AWS's do. Undefined: none of ours.
 */
export function whichService({ claim, path, version, host }: ServiceHints): ServiceDefinition | undefined {
  const all = Object.values(serviceDefinitions)
  const signed = typeof claim === 'object' && 'service' in claim ? claim.service : undefined
  const candidates = signed === undefined ? all : all.filter(({ signingName }) => signingName === signed)
  if (signed !== undefined && candidates.length === 1) return candidates[0]
  const byVersion = candidates.find(service =>
    service.protocol === 'restXml'
      ? path.startsWith(`/${service.version}/`)
      : path === '/' && service.version === version,
  )
  return byVersion ?? candidates.find(({ signingName }) => host.startsWith(`${signingName}.`))
}
