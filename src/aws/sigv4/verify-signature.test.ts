import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import type { HttpRequest } from './http-request.ts'
import { readClaim, type SignatureClaim } from './signature-claim.ts'
import { signatureLimits, verifySignature } from './verify-signature.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const now = Date.UTC(2030, 5, 1, 12)

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

/** The SDK's own signer is the other opinion. */
class Sha256 {
  readonly #hash
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key))
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {
    // One use each.
  }
}

const signer = new SignatureV4({
  service: 'elasticloadbalancing',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: secret },
  sha256: Sha256,
})

interface Unsigned {
  readonly method: string
  readonly path: string
  readonly query: Record<string, string>
  readonly headers: Record<string, string>
  readonly body: string
}

const plain: Unsigned = {
  method: 'POST',
  path: '/',
  query: {},
  headers: { host: '127.0.0.1:8400', 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Action=DescribeTargetGroups&Version=2015-12-01',
}

async function signed(request: Unsigned, signingMs = now): Promise<HttpRequest> {
  const out = await signer.sign(
    { ...request, protocol: 'http:', hostname: '127.0.0.1' },
    { signingDate: new Date(signingMs) },
  )
  return received({ ...request, headers: out.headers })
}

async function presigned(request: Unsigned, expiresIn: number, signingMs = now): Promise<HttpRequest> {
  const out = await signer.presign(
    { ...request, protocol: 'http:', hostname: '127.0.0.1' },
    { signingDate: new Date(signingMs), expiresIn },
  )
  return received({
    ...request,
    query: out.query as Record<string, string>,
    headers: out.headers,
  })
}

function received({ method, path, query, headers, body }: Unsigned): HttpRequest {
  const pairs = Object.entries(query).map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`)
  return { method, path, query: pairs.join('&'), headers: Object.entries(headers), body: Buffer.from(body) }
}

function claimOf(request: HttpRequest): SignatureClaim {
  const claim = readClaim(request)
  assert.ok(typeof claim === 'object' && 'signature' in claim, JSON.stringify(claim))
  return claim
}

const verdict = (request: HttpRequest, wallMs = now, key = secret) =>
  verifySignature(request, claimOf(request), key, wallMs)

test('what the SDK signs is good, in the header and presigned; with another secret it is not', async () => {
  for (const request of [await signed(plain), await presigned({ ...plain, method: 'GET', body: '' }, 60)]) {
    assert.equal(verdict(request), 'good')
    assert.equal(verdict(request, now, `${secret}x`), 'wrong')
  }
})

test('any path, query and header that the SDK signs is good', async () => {
  const word = fc.string({ minLength: 1, maxLength: 12 })
  const path = fc.array(fc.oneof(fc.constantFrom('.', '..', 'a b', 'x%2Fy', 'ü'), word), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.dictionary(word, fc.string({ maxLength: 8 })),
      word,
      async (steps, query, header) => {
        const request = {
          ...plain,
          path: `/${steps.map(encodeURIComponent).join('/')}`,
          query: Object.fromEntries(
            Object.entries(query).filter(([key]) => !/^x-amz-/i.test(key) && key !== '__proto__'),
          ),
          headers: { ...plain.headers, 'x-note': header.replaceAll(/[^\t\x20-\x7e]/g, '') },
        }
        assert.equal(verdict(await signed(request)), 'good', JSON.stringify(request))
      },
    ),
    { numRuns: 200 },
  )
})

test('whatever is changed on the way shows', async () => {
  const request = await signed(plain)
  const changes: [string, HttpRequest][] = [
    ['method', { ...request, method: 'GET' }],
    ['path', { ...request, path: '/other' }],
    ['query', { ...request, query: 'Action=DeleteLoadBalancer' }],
    ['body', { ...request, body: Buffer.from('Action=DeleteLoadBalancer') }],
    [
      'host',
      { ...request, headers: request.headers.map(([k, v]) => [k, k === 'host' ? 'other' : v] as const) },
    ],
    [
      'date',
      {
        ...request,
        headers: request.headers.map(([k, v]) => [k, k === 'x-amz-date' ? '20300601T120001Z' : v] as const),
      },
    ],
    [
      'a second value',
      { ...request, headers: [...request.headers, ['Content-Type', 'text/plain'] as const] },
    ],
  ]
  for (const [what, changed] of changes) assert.equal(verdict(changed), 'wrong', what)
})

test('a request counts for fifteen minutes before and after its time, a presigned one as long as it says', async () => {
  const request = await signed(plain)
  const { clockSkewMs, presignedSecondsMax } = signatureLimits
  assert.equal(verdict(request, now + clockSkewMs), 'good')
  assert.equal(verdict(request, now + clockSkewMs + 1), 'expired')
  assert.equal(verdict(request, now - clockSkewMs - 1), 'not-yet')
  const asked = { ...plain, method: 'GET', body: '' }
  const link = await presigned(asked, 60)
  assert.equal(verdict(link, now + 60_000), 'good')
  assert.equal(verdict(link, now + 60_001), 'expired')
  const forever = link.query.replace('X-Amz-Expires=60', `X-Amz-Expires=${presignedSecondsMax + 1}`)
  assert.equal(verdict({ ...link, query: forever }), 'wrong')
})

test('an x-amz header that is not signed, or a host that is not, is not taken', async () => {
  const request = await signed(plain)
  assert.equal(
    verdict({ ...request, headers: [...request.headers, ['X-Amz-Target', 'x'] as const] }),
    'incomplete',
  )
  const claim = claimOf(request)
  const withoutHost = { ...claim, signedHeaders: claim.signedHeaders.filter(name => name !== 'host') }
  assert.equal(verifySignature(request, withoutHost, secret, now), 'incomplete')
})

test('what cannot be read is told, and no header is no signature', () => {
  const withAuthorization = (value: string): HttpRequest =>
    received({ ...plain, headers: { authorization: value } })
  for (const value of [
    '',
    'Basic abc',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/b',
    `AWS4-HMAC-SHA256 Credential=A/20300601/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=${'A'.repeat(64)}`,
  ])
    assert.ok('mistake' in Object(readClaim(withAuthorization(value))), value)
  assert.equal(readClaim(received(plain)), 'unsigned')
  assert.ok('mistake' in Object(readClaim({ ...received(plain), query: '%zz' })))
})

test('whatever comes as a header or query, reading it ends', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (authorization, query) => {
      readClaim({ ...received({ ...plain, headers: { authorization } }), query })
      readClaim({ ...received(plain), query: `X-Amz-Signature=${query}` })
    }),
  )
})
