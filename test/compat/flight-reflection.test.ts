import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  Client,
  type ClientDuplexStream,
  credentials,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { formatEndpoint } from '../../src/base/network.ts'
import { startFlightNodes } from './flight-nodes.ts'

interface Answer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] }
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] }
  readonly error_response?: { readonly error_code: number }
}

/** The service as gRPC publishes it, read anew: what tools such as grpcurl have built in. */
function published(version: string): ServiceDefinition[string] {
  const folder = dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json'))
  const file = join(folder, 'build', 'proto', 'grpc', 'reflection', version, 'reflection.proto')
  const definition = loadSync(file, { keepCase: true, oneofs: true, defaults: false })
  const service = definition[`grpc.reflection.${version}.ServerReflection`] as ServiceDefinition
  return service['ServerReflectionInfo'] as ServiceDefinition[string]
}

/** Asks one after the other on one stream, as tools do. */
async function ask(
  t: TestContext,
  at: string,
  requests: readonly object[],
  { version = 'v1', raw }: { version?: string; raw?: Buffer } = {},
): Promise<Answer[]> {
  const { path, requestSerialize, responseDeserialize } = published(version)
  const client = new Client(at, credentials.createInsecure())
  t.after(() => client.close())
  const serialize = raw === undefined ? requestSerialize : () => raw
  const stream: ClientDuplexStream<object, Answer> = client.makeBidiStreamRequest(
    path,
    serialize,
    responseDeserialize,
  )
  const answers: Answer[] = []
  const over = new Promise<void>((resolve, reject) => {
    stream.on('data', (answer: Answer) => answers.push(answer))
    stream.on('error', reject)
    stream.on('end', resolve)
  })
  for (const request of requests) stream.write(request)
  stream.end()
  await over
  return answers
}

const flight = 'arrow.flight.protocol.FlightService'
const questions = [
  { list_services: '' },
  { file_containing_symbol: flight },
  { file_containing_symbol: 'arrow.flight.protocol.sql.CommandGetTables' },
  { file_containing_symbol: 'no.such' },
]

async function startedNode(t: TestContext): Promise<string> {
  const { nodes } = await startFlightNodes(t, 'CREATE VIEW one AS SELECT 1 AS one;', 1)
  return formatEndpoint(nodes[0]?.runtime ?? { address: '', port: 0 })
}

function check([services, file, commands, none]: readonly Answer[]): void {
  assert.deepEqual(services?.list_services_response?.service, [{ name: flight }])
  const files = file?.file_descriptor_response?.file_descriptor_proto ?? []
  assert.ok(
    files.some(bytes => bytes.includes('GetFlightInfo')),
    'the description of the service',
  )
  assert.ok(
    files.some(bytes => bytes.includes('google.protobuf')),
    'and what it stands on',
  )
  assert.ok(
    commands?.file_descriptor_response?.file_descriptor_proto.some(bytes =>
      bytes.includes('CommandGetTables'),
    ),
    'a message of the other file',
  )
  assert.equal(none?.error_response?.error_code, status.NOT_FOUND)
}

test('reflection answers in both versions', async t => {
  const at = await startedNode(t)
  check(await ask(t, at, questions))
  check(await ask(t, at, questions, { version: 'v1alpha' }))
})

test('bytes that are no question are refused, and the node goes on', async t => {
  const at = await startedNode(t)
  const error = await ask(t, at, [{}], { raw: Buffer.from([0xff, 0xff, 0xff]) }).then(
    () => assert.fail('expected a refusal'),
    (reason: ServiceError) => reason,
  )
  assert.equal(error.code, status.INVALID_ARGUMENT)
  check(await ask(t, at, questions))
})
