import { EverportError, publicError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { bytesOf } from '../../resources/sealed-secret.ts'
import { callerArn } from '../caller-arn.ts'
import type { OperationContext } from '../operation.ts'
import { allows } from '../policy.ts'
import { type Decoded, decodeQuery } from '../protocols/decode-query.ts'
import { decodeRestXml } from '../protocols/decode-rest-xml.ts'
import { type AwsAnswer, writeAnswer, writeRefusal } from '../protocols/envelope.ts'
import { parseXml } from '../protocols/parse-xml.ts'
import { problemsRefusal } from '../protocols/problem-text.ts'
import { requestLimits } from '../protocols/request-limits.ts'
import { type RestRouter, restRouter } from '../protocols/rest-router.ts'
import {
  type ServiceDefinition,
  type ServiceName,
  serviceDefinitions,
} from '../protocols/service-definition.ts'
import type { OperationModel, ServiceModel } from '../protocols/service-model.ts'
import { AwsRefusal } from '../refusal.ts'
import { type HttpRequest, headerOf, queryPairs } from '../sigv4/http-request.ts'
import { readClaim } from '../sigv4/signature-claim.ts'
import type { AccessKeys } from './access-key.ts'
import { authenticate } from './authenticate.ts'
import type { ServedService } from './served-services.ts'
import { whichService } from './which-service.ts'

/** What the server is given once; of an operation's context what no request changes. */
export interface ApiWorld extends Omit<OperationContext, 'caller' | 'requestId'> {
  readonly services: Readonly<Partial<Record<ServiceName, ServedService>>>
  readonly loadModel: (name: ServiceName, operations: Iterable<string>) => Promise<ServiceModel>
  readonly keys: AccessKeys
  readonly allowsAnyCredentials: boolean
}

export type AnswerRequest = (request: HttpRequest) => Promise<AwsAnswer>

/** Answers any request: signature, policy, decoding, the operation, encoding. Never rejects. */
export function apiServer(world: ApiWorld): AnswerRequest {
  const loaded = new Map<ServiceName, Promise<LoadedService>>()
  const load = (name: ServiceName, service: ServedService): Promise<LoadedService> => {
    let loading = loaded.get(name)
    if (loading === undefined) {
      loading = world
        .loadModel(name, Object.keys(service.operations))
        .then(model => ({ model, route: restRouter(model.operations.values()) }))
      loaded.set(name, loading)
    }
    return loading
  }
  return async request => {
    const requestId = newRequestId(world.random)
    let definition: ServiceDefinition = serviceDefinitions.elbv2
    let errors: ServiceModel['errors'] = new Map()
    let action = ''
    try {
      const call = readCall(request)
      definition = call.definition
      const service = world.services[definition.name]
      if (service === undefined)
        throw new AwsRefusal('InvalidAction', `The service ${definition.signingName} is not served here.`)
      const caller = authenticate(request, call.claim, definition, {
        ...world,
        keyOf: id => world.keys(world.store.read(), id),
        wallMs: world.wallMs(),
      })
      const known = await load(definition.name, service)
      errors = known.model.errors
      const { operation, decode } = findOperation(request, call, known)
      action = operation.name
      if (!allows(caller.policy, action)) throw denied(definition, callerArn({ ...world, caller }), action)
      const { input, problems } = decode()
      const refused = problemsRefusal(definition, problems)
      if (refused !== undefined) throw refused
      if (definition.protocol === 'ec2Query' && input['DryRun'] === true)
        throw new AwsRefusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
      const run = service.operations[action]
      if (run === undefined) throw noSuchAction(action)
      const output = await run(input, { ...world, caller, requestId })
      return writeAnswer(known.model, operation, output, requestId)
    } catch (error) {
      const refused = error instanceof AwsRefusal ? error : publicError(error)
      if (refused instanceof EverportError && refused.code === 'internal')
        world.log.error('operation failed', {
          service: definition.name,
          action,
          requestId,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      return writeRefusal(refused, definition, errors, requestId)
    }
  }
}

interface LoadedService {
  readonly model: ServiceModel
  readonly route: RestRouter
}

interface Call {
  readonly definition: ServiceDefinition
  readonly claim: ReturnType<typeof readClaim>
  /** Of a query protocol: names and values of the form or the URL. */
  readonly parameters: readonly (readonly [string, string])[]
}

function readCall(request: HttpRequest): Call {
  if (request.body.length > requestLimits.bodyBytesMax)
    throw new AwsRefusal('RequestEntityTooLarge', `A request may have ${requestLimits.bodyBytesMax} bytes.`)
  const claim = readClaim(request)
  const parameters = request.path === '/' ? formParameters(request) : []
  const version = parameters.find(([name]) => name === 'Version')?.[1]
  const host = (headerOf(request, 'host') ?? '').toLowerCase()
  const definition = whichService({ claim, path: request.path, version, host })
  if (definition === undefined)
    throw new AwsRefusal(
      parameters.length === 0 ? 'MissingAction' : 'InvalidAction',
      'Neither the signature nor Version nor the path names a service that is served here.',
    )
  return { definition, claim, parameters }
}

/** From the body where there is one, else from the URL: presigned calls have their parameters there. */
function formParameters(request: HttpRequest): readonly (readonly [string, string])[] {
  if (request.body.length === 0) return queryPairs(request.query) ?? malformedQuery()
  const type = headerOf(request, 'content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(type))
    throw new AwsRefusal('MalformedQueryString', 'The body must be application/x-www-form-urlencoded.')
  const text = Buffer.from(request.body).toString('latin1')
  return queryPairs(text.replaceAll('+', '%20')) ?? malformedQuery()
}

function malformedQuery(): never {
  throw new AwsRefusal('MalformedQueryString', 'The query string contains a syntax error.')
}

interface FoundOperation {
  readonly operation: OperationModel
  readonly decode: () => Decoded
}

function findOperation(
  request: HttpRequest,
  { definition, parameters }: Call,
  { model, route }: LoadedService,
): FoundOperation {
  if (definition.protocol === 'restXml') return findByPath(request, route)
  if (request.method !== 'POST' && request.method !== 'GET')
    throw new AwsRefusal('InvalidAction', `${request.method} is no method of this API.`)
  const given = new Map(parameters)
  const action = given.get('Action')
  if (action === undefined)
    throw new AwsRefusal('MissingAction', 'The request must contain the parameter Action.')
  const version = given.get('Version')
  const operation = model.operations.get(action)
  if (operation === undefined) throw noSuchAction(action)
  if (version !== undefined && version !== definition.version && definition.protocol !== 'ec2Query')
    throw new AwsRefusal(
      'InvalidAction',
      `Could not find operation ${shown(action)} for version ${shown(version)}.`,
    )
  const isEc2 = definition.protocol === 'ec2Query'
  return { operation, decode: () => decodeQuery(operation.input, parameters, isEc2) }
}

function findByPath(request: HttpRequest, route: RestRouter): FoundOperation {
  const found = route(request.method, request.path)
  if (found === undefined || found === 'method')
    throw new AwsRefusal(
      'InvalidAction',
      `${request.method} ${shown(request.path)} is no operation that is served here.`,
      {
        httpStatus: found === 'method' ? 405 : 404,
      },
    )
  const query = new Map<string, string[]>()
  for (const [name, value] of queryPairs(request.query) ?? malformedQuery()) {
    const same = query.get(name)
    if (same === undefined) query.set(name, [value])
    else same.push(value)
  }
  const headers = Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]))
  const { operation, labels } = found
  return {
    operation,
    decode: () => {
      const body = request.body.length === 0 ? undefined : parseBody(request.body)
      return decodeRestXml(operation.input, { labels, query, headers, body })
    },
  }
}

function parseBody(bytes: Uint8Array): ReturnType<typeof parseElement> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AwsRefusal('InvalidInput', 'Invalid XML ; the body is not UTF-8')
  }
  return parseElement(text)
}

function parseElement(text: string) {
  const parsed = parseXml(text)
  if ('mistake' in parsed)
    throw new AwsRefusal('InvalidInput', `Invalid XML ; at character ${parsed.at + 1}: ${parsed.mistake}`)
  return parsed
}

function noSuchAction(action: string): AwsRefusal {
  return new AwsRefusal('InvalidAction', `The action ${shown(action)} is not valid for this web service.`)
}

function denied({ signingName, protocol }: ServiceDefinition, user: string, action: string): AwsRefusal {
  return new AwsRefusal(
    protocol === 'ec2Query' ? 'UnauthorizedOperation' : 'AccessDenied',
    `User: ${user} is not authorized to perform: ${signingName}:${action} because the policy of its access key does not allow it`,
  )
}

function shown(text: string): string {
  return text.slice(0, requestLimits.shownCharactersMax)
}

/** As AWS's look: a UUID of version 4 (RFC 9562). */
function newRequestId(random: Random): string {
  const bytes = bytesOf(random, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
