import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../base/random.ts'
import { sdkCredentials, sdkHandler } from '../../testing/aws-sdk-handler.ts'
import { randomStructure } from '../../testing/random-shape.ts'
import { AwsRefusal } from '../refusal.ts'
import { type HttpRequest, queryPairs } from '../sigv4/http-request.ts'
import { type Decoded, decodeQuery } from './decode-query.ts'
import { decodeRestXml } from './decode-rest-xml.ts'
import { writeAnswer, writeRefusal } from './envelope.ts'
import { loadService } from './load-service.ts'
import { parseXml } from './parse-xml.ts'
import { restRouter } from './rest-router.ts'
import type { ServiceName } from './service-definition.ts'
import type { OperationModel, ServiceModel } from './service-model.ts'

interface Client {
  send(command: object): Promise<Record<string, unknown>>
}
type Class<T> = new (argument: object) => T

const packages: Readonly<Record<ServiceName, () => Promise<object>>> = {
  elbv2: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  elb: () => import('@aws-sdk/client-elastic-load-balancing'),
  route53: () => import('@aws-sdk/client-route-53'),
  ec2: () => import('@aws-sdk/client-ec2'),
  autoscaling: () => import('@aws-sdk/client-auto-scaling'),
  sts: () => import('@aws-sdk/client-sts'),
}
const clients: Readonly<Record<ServiceName, string>> = {
  elbv2: 'ElasticLoadBalancingV2Client',
  elb: 'ElasticLoadBalancingClient',
  route53: 'Route53Client',
  ec2: 'EC2Client',
  autoscaling: 'AutoScalingClient',
  sts: 'STSClient',
}
/** EC2 has some 800 operations: their codec is the same, and each is tried once. */
const rounds: Readonly<Record<ServiceName, number>> = {
  elbv2: 4,
  elb: 4,
  route53: 4,
  ec2: 1,
  autoscaling: 2,
  sts: 4,
}
/** The SDK sends something else than it was given: a presigned URL that it makes, and an identifier that it strips. */
const rewritten: ReadonlySet<string> = new Set(['CopySnapshot'])

for (const name of Object.keys(packages) as ServiceName[]) {
  test(`${name}: what the SDK writes we read, and what we write it reads, for every operation`, async () => {
    const model = await loadService(name)
    const sdk = (await packages[name]()) as Record<string, unknown>
    const random = seededRandom(Number(process.env['EVERPORT_SEED'] ?? 7))
    let checked = 0
    for (let round = 0; round < rounds[name]; round++)
      for (const operation of model.operations.values()) {
        if (rewritten.has(operation.name)) continue
        await roundTrip(model, sdk, operation, random)
        checked++
      }
    assert.ok(checked >= 29, `${checked} operations`)
  })
}

async function roundTrip(
  model: ServiceModel,
  sdk: Record<string, unknown>,
  operation: OperationModel,
  random: Random,
): Promise<void> {
  const { name } = model.definition
  const input = operation.input === undefined ? {} : randomStructure(operation.input, random)
  const output = operation.output === undefined ? {} : randomStructure(operation.output, random)
  let decoded: Decoded | undefined
  const handler = sdkHandler(async request => {
    decoded = decode(model, operation, request)
    return writeAnswer(model, operation, output, 'request-1')
  })
  const client = newClient(name, sdk, handler)
  const Command = sdk[`${operation.name}Command`] as Class<object>
  const { $metadata, ...answered } = await client.send(new Command({ ...input }))
  assert.equal(($metadata as { requestId?: string }).requestId, 'request-1')
  const told = (decoded?.problems ?? []).filter(({ kind }) => kind === 'unknown' || kind === 'type')
  assert.deepEqual(told, [], operation.name)
  assert.deepEqual(withoutTokens(decoded?.input ?? {}, input), input, operation.name)
  assert.deepEqual(answered, output, operation.name)
}

function newClient(name: ServiceName, sdk: Record<string, unknown>, requestHandler: object): Client {
  return new (sdk[clients[name]] as Class<Client>)({
    region: 'us-east-1',
    credentials: sdkCredentials,
    requestHandler,
    maxAttempts: 1,
    endpoint: 'http://127.0.0.1:1',
  })
}

function decode(
  { definition, operations }: ServiceModel,
  operation: OperationModel,
  request: HttpRequest,
): Decoded {
  if (definition.protocol !== 'restXml') {
    const form = Buffer.from(request.body).toString()
    return decodeQuery(operation.input, queryPairs(form) ?? [], definition.protocol === 'ec2Query')
  }
  const route = restRouter(operations.values())(request.method, request.path)
  assert.ok(typeof route === 'object', `${request.method} ${request.path}`)
  assert.equal(route.operation.name, operation.name)
  const query = new Map((queryPairs(request.query) ?? []).map(([key, value]) => [key, [value]]))
  const xml = Buffer.from(request.body).toString()
  const body = xml === '' ? undefined : parseXml(xml)
  assert.ok(body === undefined || !('mistake' in body), xml)
  return decodeRestXml(operation.input, {
    labels: route.labels,
    query,
    headers: Object.fromEntries(request.headers),
    body,
  })
}

/** The SDK makes up client tokens that it was not given. */
function withoutTokens(decoded: Readonly<Record<string, unknown>>, given: Record<string, unknown>) {
  const isMadeUp = (name: string): boolean => name.endsWith('Token') && given[name] === undefined
  return Object.fromEntries(Object.entries(decoded).filter(([name]) => !isMadeUp(name)))
}

test('every modelled error comes back as its own class, with its code, status and messages', async () => {
  let checked = 0
  for (const name of Object.keys(packages) as ServiceName[]) {
    const model = await loadService(name)
    const sdk = (await packages[name]()) as Record<string, unknown>
    const operation = [...model.operations.keys()].find(key =>
      /^(?:Describe|List|Get)(?:LoadBalancers|HostedZones|Vpcs|AutoScalingGroups|CallerIdentity)$/.test(key),
    )
    for (const error of [...model.errors.values(), { code: 'MadeUp', httpStatus: 400, hasMessages: false }]) {
      const refusal = new AwsRefusal(error.code, 'why & <how>', { messages: ['one', 'two'] })
      const handler = sdkHandler(async () =>
        writeRefusal(refusal, model.definition, model.errors, 'request-2'),
      )
      const Command = sdk[`${operation}Command`] as Class<object>
      const client = newClient(name, sdk, handler)
      const thrown: unknown = await client.send(new Command({})).catch((caught: unknown) => caught)
      const { message, $metadata, messages } = thrown as Error & {
        $metadata: { httpStatusCode: number; requestId: string }
        messages?: string[]
      }
      assert.equal(message, 'why & <how>', `${name} ${error.code}`)
      assert.equal($metadata.httpStatusCode, error.httpStatus)
      assert.equal($metadata.requestId, 'request-2')
      if (error.hasMessages) assert.deepEqual(messages, ['one', 'two'])
      checked++
    }
  }
  assert.ok(checked > 150, `${checked} errors`)
})
