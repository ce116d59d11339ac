import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateTrustStoreCommand,
  DescribeAccountLimitsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import fc from 'fast-check'
import { sdkHandler } from '../../testing/aws-sdk-handler.ts'
import { awsWorld } from '../../testing/aws-world.ts'
import { requestLimits } from '../protocols/request-limits.ts'
import type { HttpRequest } from '../sigv4/http-request.ts'

const form = 'application/x-www-form-urlencoded'

function unsigned(body: string, headers: Record<string, string> = {}): HttpRequest {
  const all = { host: '127.0.0.1:8400', 'content-type': form, ...headers }
  return { method: 'POST', path: '/', query: '', headers: Object.entries(all), body: Buffer.from(body) }
}

const limits = 'Action=DescribeAccountLimits&Version=2015-12-01'

test('an SDK client with a key of the store is answered; what differs is refused by AWS’s code', async () => {
  const { elbv2, clientSettings } = awsWorld()
  const client = await elbv2()
  assert.ok((await client.send(new DescribeAccountLimitsCommand({}))).Limits?.length)
  const codeOf = (changed: object, settings: object) =>
    new ElasticLoadBalancingV2Client({ ...settings, ...changed })
      .send(new DescribeAccountLimitsCommand({}))
      .then(
        () => 'answered',
        (error: Error) => error.name,
      )
  const settings = await clientSettings()
  const { accessKeyId } = settings.credentials
  assert.equal(await codeOf({}, settings), 'answered')
  assert.equal(
    await codeOf({ credentials: { accessKeyId, secretAccessKey: 'guessed' } }, settings),
    'SignatureDoesNotMatch',
  )
  assert.equal(
    await codeOf({ credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } }, settings),
    'InvalidClientTokenId',
  )
  assert.equal(
    await codeOf({ credentials: { ...settings.credentials, sessionToken: 'x' } }, settings),
    'InvalidClientTokenId',
  )
  assert.equal(await codeOf({ region: 'eu-west-1' }, settings), 'SignatureDoesNotMatch')
  assert.equal(await codeOf({ systemClockOffset: -16 * 60_000 }, settings), 'SignatureDoesNotMatch')
})

test('a signed request that was changed on the way changes nothing and tells nothing', async () => {
  const { answer, clientSettings, world } = awsWorld()
  const settings = await clientSettings()
  let sent: HttpRequest | undefined
  const client = new ElasticLoadBalancingV2Client({
    ...settings,
    requestHandler: sdkHandler(request => {
      sent = request
      return answer(request)
    }),
  })
  await client.send(new DescribeAccountLimitsCommand({}))
  assert.ok(sent)
  assert.equal((await answer(sent)).status, 200, 'within its time the same request counts again, as at AWS')
  const revision = world.store.read().revision
  for (let at = 0; at < sent.body.length; at += 7) {
    const body = Uint8Array.from(sent.body)
    body[at] = (body[at] ?? 0) ^ 1
    const { status } = await answer({ ...sent, body })
    assert.ok(status === 403 || status === 400, `byte ${at}: ${status}`)
  }
  assert.equal(world.store.read().revision, revision)
})

test('policies: what a key may not do is denied by name', async () => {
  const { elbv2 } = awsWorld()
  const reader = await elbv2('read-only')
  assert.ok((await reader.send(new DescribeAccountLimitsCommand({}))).Limits)
  const { world, answer } = awsWorld({ allowsAnyCredentials: true })
  assert.ok(world.allowsAnyCredentials)
  assert.equal((await answer(unsigned(limits))).status, 200)
})

test('unsigned requests are refused, and with any credentials allowed those of web pages still are', async () => {
  assert.match((await awsWorld().answer(unsigned(limits))).body, /MissingAuthenticationToken/)
  const { answer } = awsWorld({ allowsAnyCredentials: true })
  assert.equal((await answer(unsigned(limits))).status, 200)
  for (const header of ['origin', 'sec-fetch-site'])
    assert.equal((await answer(unsigned(limits, { [header]: 'https://example.org' }))).status, 403)
})

test('what is no operation of ours, or no request at all, has an AWS error for an answer', async () => {
  const { answer, elbv2 } = awsWorld({ allowsAnyCredentials: true })
  const cases: [HttpRequest, number, string][] = [
    [unsigned(''), 400, 'MissingAction'],
    [unsigned('Version=2015-12-01'), 400, 'MissingAction'],
    [unsigned('Action=Nonsense&Version=2015-12-01'), 400, 'InvalidAction'],
    [unsigned('Action=DescribeAccountLimits&Version=1999-01-01'), 400, 'InvalidAction'],
    [unsigned('Action=%zz&Version=2015-12-01'), 400, 'MalformedQueryString'],
    [unsigned(limits, { 'content-type': 'application/json' }), 400, 'MalformedQueryString'],
    [unsigned('x'.repeat(requestLimits.bodyBytesMax + 1)), 413, 'RequestEntityTooLarge'],
    [unsigned(limits, { authorization: 'AWS4-HMAC-SHA256 nonsense' }), 400, 'IncompleteSignature'],
    [unsigned(limits + '&PageSize=0'), 400, 'ValidationError'],
  ]
  for (const [request, status, code] of cases) {
    const result = await answer(request)
    assert.match(result.body, new RegExp(`<Code>${code}</Code>`))
    assert.equal(result.status, status, code)
  }
  const client = await elbv2()
  await assert.rejects(
    client.send(
      new CreateTrustStoreCommand({
        Name: 'x',
        CaCertificatesBundleS3Bucket: 'b',
        CaCertificatesBundleS3Key: 'k',
      }),
    ),
    { name: 'InvalidAction' },
  )
})

test('a mistake of an operation is an internal failure without its text', async () => {
  const { answer } = awsWorld({
    allowsAnyCredentials: true,
    services: {
      elbv2: {
        operations: { DescribeAccountLimits: () => Promise.reject(new Error('the secret inside')) },
        partial: {},
      },
    },
  })
  const { status, body } = await answer(unsigned(limits))
  assert.equal(status, 500)
  assert.match(body, /InternalFailure/)
  assert.doesNotMatch(body, /secret/)
})

test('whatever comes, there is an answer', async () => {
  const { answer } = awsWorld({ allowsAnyCredentials: true })
  const text = fc.string({ maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
      fc.oneof(
        fc.constant('/'),
        text.map(path => `/${path}`),
        text.map(path => `/2013-04-01/${path}`),
      ),
      text,
      fc.dictionary(fc.constantFrom('authorization', 'host', 'content-type', 'x-amz-date', 'origin'), text),
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        text.map(tail => Buffer.from(`${limits}&${tail}`)),
      ),
      async (method, path, query, headers, body) => {
        const result = await answer({ method, path, query, headers: Object.entries(headers), body })
        assert.ok(result.status >= 200 && result.status !== 500, `${result.status} ${result.body}`)
      },
    ),
    { numRuns: 500 },
  )
})
