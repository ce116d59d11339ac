import type { Caller } from '../operation.ts'
import type { ServiceDefinition } from '../protocols/service-definition.ts'
import { AwsRefusal } from '../refusal.ts'
import { type HttpRequest, headerOf } from '../sigv4/http-request.ts'
import type { ClaimOutcome } from '../sigv4/signature-claim.ts'
import { verifySignature } from '../sigv4/verify-signature.ts'
import type { KnownKey } from './access-key.ts'

export interface Authentication {
  readonly keyOf: (accessKeyId: string) => KnownKey | undefined
  readonly region: string
  readonly wallMs: number
  /** Unsigned requests, and those of keys that nobody knows, are an admin's. Only where none but this machine can ask. */
  readonly allowsAnyCredentials: boolean
}

/**
 * Who calls. Throws AWS's refusal.
 *
 * | request                                   | refused with                                    | any credentials |
 * |-------------------------------------------|-------------------------------------------------|-----------------|
 * | unsigned                                  | MissingAuthenticationToken 403                  | admin           |
 * | a signature that cannot be read           | IncompleteSignature 400                         | refused         |
 * | a key that is not there                   | InvalidClientTokenId 403, EC2 AuthFailure 401   | admin           |
 * | scope of another region or service        | SignatureDoesNotMatch 403, EC2 AuthFailure 401  | refused         |
 * | changed, or signed with another secret    | SignatureDoesNotMatch 403, EC2 AuthFailure 401  | refused         |
 * | older than 15 minutes, or of the future   | SignatureDoesNotMatch 403, EC2 RequestExpired   | refused         |
 */
export function authenticate(
  request: HttpRequest,
  claim: ClaimOutcome,
  service: ServiceDefinition,
  { keyOf, region, wallMs, allowsAnyCredentials }: Authentication,
): Caller {
  const isEc2 = service.protocol === 'ec2Query'
  if (claim === 'unsigned') {
    if (allowsAnyCredentials) return anybody(request, 'anonymous')
    throw new AwsRefusal('MissingAuthenticationToken', 'Request is missing Authentication Token')
  }
  if ('mistake' in claim) throw new AwsRefusal('IncompleteSignature', sentence(claim.mistake))
  const known = keyOf(claim.accessKeyId)
  if (known === undefined) {
    if (allowsAnyCredentials) return anybody(request, claim.accessKeyId)
    throw invalidToken(isEc2)
  }
  // Temporary credentials have tokens; ours are for good.
  if (claim.hasSessionToken) throw invalidToken(isEc2)
  if (claim.service !== service.signingName || !isRegionOf(claim.region, service, region))
    throw mismatch(
      isEc2,
      `Credential should be scoped to region '${region}' and service '${service.signingName}'.`,
    )
  switch (verifySignature(request, claim, known.secret, wallMs)) {
    case 'good':
      return { accessKeyId: claim.accessKeyId, policy: known.policy }
    case 'incomplete':
      throw new AwsRefusal(
        'IncompleteSignature',
        'The host, the date and every x-amz- header must be signed, and a presigned request expires within seven days.',
      )
    case 'wrong':
      throw mismatch(isEc2, mismatchSentence)
    case 'other-body':
      throw mismatch(isEc2, 'The provided x-amz-content-sha256 header does not match what was computed.')
    case 'expired':
    case 'not-yet':
      if (isEc2) throw new AwsRefusal('RequestExpired', 'Request has expired.')
      throw new AwsRefusal(
        'SignatureDoesNotMatch',
        `Signature expired or not yet valid: ${claim.timestamp} is not within the time of ${new Date(wallMs).toISOString()}.`,
      )
  }
}

const mismatchSentence =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

/** A page in somebody's browser may send forms to loopback too; it cannot leave these headers out. */
function anybody(request: HttpRequest, accessKeyId: string): Caller {
  const isPage =
    headerOf(request, 'origin') !== undefined || headerOf(request, 'sec-fetch-site') !== undefined
  if (isPage)
    throw new AwsRefusal(
      'AccessDenied',
      'Requests of web pages are taken only when they are signed with a known key.',
    )
  return { accessKeyId, policy: 'admin' }
}

/** Route 53, and STS by its older endpoint, are one for all regions, and signed for us-east-1 whatever the client's own. */
const globalServices: ReadonlySet<string> = new Set(['route53', 'sts'])

function isRegionOf(claimed: string, service: ServiceDefinition, region: string): boolean {
  return claimed === region || (globalServices.has(service.name) && claimed === 'us-east-1')
}

function invalidToken(isEc2: boolean): AwsRefusal {
  return isEc2
    ? new AwsRefusal('AuthFailure', 'AWS was not able to validate the provided access credentials')
    : new AwsRefusal('InvalidClientTokenId', 'The security token included in the request is invalid.')
}

function mismatch(isEc2: boolean, message: string): AwsRefusal {
  return new AwsRefusal(isEc2 ? 'AuthFailure' : 'SignatureDoesNotMatch', message)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
