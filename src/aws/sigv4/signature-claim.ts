import { splitOnce } from '../../base/split-once.ts'
import { type HttpRequest, headerOf, queryPairs } from './http-request.ts'

/** What a request says of its signature (AWS Signature Version 4), in the Authorization header or in the query. */
export interface SignatureClaim {
  readonly kind: 'header' | 'presigned'
  readonly accessKeyId: string
  /** `YYYYMMDD` of the credential scope. */
  readonly scopeDate: string
  readonly region: string
  readonly service: string
  /** In lower case, sorted. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits in lower case. */
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
  /** Of a presigned request: how long it counts from its timestamp. */
  readonly expiresSeconds: number | undefined
  readonly hasSessionToken: boolean
}

export type ClaimOutcome = SignatureClaim | { readonly mistake: string } | 'unsigned'

const algorithm = 'AWS4-HMAC-SHA256'
const signedHeadersMax = 64

export function readClaim(request: HttpRequest): ClaimOutcome {
  const authorization = headerOf(request, 'authorization')
  if (authorization !== undefined) return headerClaim(request, authorization)
  const pairs = queryPairs(request.query)
  if (pairs === undefined) return { mistake: 'the query string has a broken escape' }
  const query = new Map(pairs.map(([name, value]) => [name.toLowerCase(), value]))
  return query.has('x-amz-signature') || query.has('x-amz-credential') ? presignedClaim(query) : 'unsigned'
}

function headerClaim(request: HttpRequest, authorization: string): ClaimOutcome {
  const [name, rest] = splitOnce(authorization.trim(), ' ')
  if (name !== algorithm) return { mistake: `the authorization header does not begin with ${algorithm}` }
  const parts = new Map(rest.split(',').map(part => splitOnce(part.trim(), '=')))
  const timestamp = headerOf(request, 'x-amz-date') ?? ''
  return claimOf('header', {
    credential: parts.get('Credential'),
    signedHeaders: parts.get('SignedHeaders'),
    signature: parts.get('Signature'),
    timestamp,
    expires: undefined,
    hasSessionToken: headerOf(request, 'x-amz-security-token') !== undefined,
  })
}

function presignedClaim(query: ReadonlyMap<string, string>): ClaimOutcome {
  if (query.get('x-amz-algorithm') !== algorithm) return { mistake: `X-Amz-Algorithm is not ${algorithm}` }
  return claimOf('presigned', {
    credential: query.get('x-amz-credential'),
    signedHeaders: query.get('x-amz-signedheaders'),
    signature: query.get('x-amz-signature'),
    timestamp: query.get('x-amz-date') ?? '',
    expires: query.get('x-amz-expires') ?? '',
    hasSessionToken: query.has('x-amz-security-token'),
  })
}

interface ClaimTexts {
  readonly credential: string | undefined
  readonly signedHeaders: string | undefined
  readonly signature: string | undefined
  readonly timestamp: string
  readonly expires: string | undefined
  readonly hasSessionToken: boolean
}

function claimOf(kind: SignatureClaim['kind'], texts: ClaimTexts): ClaimOutcome {
  const scope = /^([\w]{1,128})\/(\d{8})\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64})\/aws4_request$/i.exec(
    texts.credential ?? '',
  )
  if (scope === null) return { mistake: 'Credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request' }
  const signedHeaders = (texts.signedHeaders ?? '').split(';', signedHeadersMax + 1)
  if (signedHeaders.length > signedHeadersMax || signedHeaders.some(name => !/^[!-~]+$/.test(name)))
    return { mistake: 'SignedHeaders must be names of headers in lower case, separated by semicolons' }
  if (!/^[0-9a-f]{64}$/.test(texts.signature ?? ''))
    return { mistake: 'Signature must be 64 hexadecimal digits in lower case' }
  if (!/^\d{8}T\d{6}Z$/.test(texts.timestamp)) return { mistake: 'X-Amz-Date must be YYYYMMDDTHHMMSSZ' }
  if (texts.expires !== undefined && !/^\d{1,6}$/.test(texts.expires))
    return { mistake: 'X-Amz-Expires must be a number of seconds' }
  const [, accessKeyId = '', scopeDate = '', region = '', service = ''] = scope
  return {
    kind,
    accessKeyId,
    scopeDate,
    region,
    service,
    signedHeaders,
    signature: texts.signature ?? '',
    timestamp: texts.timestamp,
    expiresSeconds: texts.expires === undefined ? undefined : Number(texts.expires),
    hasSessionToken: texts.hasSessionToken,
  }
}
