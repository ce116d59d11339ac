import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalRequest } from './canonical-request.ts'
import { type HttpRequest, headerOf } from './http-request.ts'
import type { SignatureClaim } from './signature-claim.ts'

export const signatureLimits = {
  /** AWS's: a request counts for so long before and after its time. */
  clockSkewMs: 15 * 60_000,
  /** AWS's: seven days. */
  presignedSecondsMax: 604_800,
} as const

export type SignatureVerdict =
  | 'good'
  /** Signed with another secret, or something was changed on the way. */
  | 'wrong'
  | 'expired'
  | 'not-yet'
  /** The host, or another header that AWS asks for, is not signed. */
  | 'incomplete'
  /** The body is not what its own digest header says. */
  | 'other-body'

/**
 * Whether the holder of `secret` signed this very request for now. Time is checked last: whoever cannot sign learns nothing of our clock.
 * The same request counts again while it is within its time, as at AWS; what must not happen twice has a client token of its own.
 */
export function verifySignature(
  request: HttpRequest,
  claim: SignatureClaim,
  secret: string,
  wallMs: number,
): SignatureVerdict {
  if (!claim.signedHeaders.includes('host')) return 'incomplete'
  if (claim.kind === 'header' && !claim.signedHeaders.includes('x-amz-date')) return 'incomplete'
  // Every x-amz header means something; one that is not signed may be somebody else's.
  const isUnsigned = ([name]: readonly [string, string]): boolean =>
    /^x-amz-/i.test(name) && !claim.signedHeaders.includes(name.toLowerCase())
  if (request.headers.some(isUnsigned)) return 'incomplete'
  if (claim.scopeDate !== claim.timestamp.slice(0, 8)) return 'wrong'
  const canonical = canonicalRequest(request, claim.signedHeaders)
  if (canonical === undefined) return 'wrong'
  const { scopeDate, region, service, timestamp } = claim
  const scope = `${scopeDate}/${region}/${service}/aws4_request`
  const digest = createHash('sha256').update(canonical).digest('hex')
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${digest}`
  const expected = createHmac('sha256', signingKey(secret, claim)).update(toSign).digest()
  if (!timingSafeEqual(expected, Buffer.from(claim.signature, 'hex'))) return 'wrong'
  const told = headerOf(request, 'x-amz-content-sha256')
  if (told !== undefined && told !== createHash('sha256').update(request.body).digest('hex'))
    return 'other-body'
  return timeVerdict(claim, wallMs)
}

function timeVerdict({ timestamp, expiresSeconds }: SignatureClaim, wallMs: number): SignatureVerdict {
  const signedMs = Date.parse(
    timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  if (Number.isNaN(signedMs)) return 'wrong'
  const { clockSkewMs, presignedSecondsMax } = signatureLimits
  if (signedMs > wallMs + clockSkewMs) return 'not-yet'
  const lifeMs = expiresSeconds === undefined ? clockSkewMs : expiresSeconds * 1_000
  if (lifeMs > presignedSecondsMax * 1_000) return 'incomplete'
  return wallMs > signedMs + lifeMs ? 'expired' : 'good'
}

function signingKey(secret: string, { scopeDate, region, service }: SignatureClaim): Uint8Array {
  const step = (key: Uint8Array | string, text: string): Uint8Array =>
    createHmac('sha256', key).update(text).digest()
  return step(step(step(step(`AWS4${secret}`, scopeDate), region), service), 'aws4_request')
}
