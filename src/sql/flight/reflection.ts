import {
  type MethodDefinition,
  type Server,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { PackageDefinition } from '@grpc/proto-loader'
import { flightPackage } from './protocol.ts'

type Stream<I, O> = ServerDuplexStream<I, O>

interface Loaded {
  readonly definition: MethodDefinition<object, object>
  answer(stream: Stream<object, object>): void
}

const method = 'ServerReflectionInfo'
const paths = ['v1', 'v1alpha'].map(version => `/grpc.reflection.${version}.ServerReflection/${method}`)

/**
 * gRPC's reflection, in both versions that tools ask for. Only people with a tool ask: the protocol's own description is read when the
 * first of them comes.
 */
export function addReflection(server: Pick<Server, 'addService'>): void {
  let loading: Promise<ReadonlyMap<string, Loaded>> | undefined
  const load = (): Promise<ReadonlyMap<string, Loaded>> => (loading ??= readReflection())
  for (const path of paths) {
    server.addService(rawService(path), {
      [method]: (stream: Stream<Buffer, Buffer>) => {
        load().then(
          found => pass(stream, found.get(path)),
          (error: unknown) => refuse(stream, status.INTERNAL, String(error)),
        )
      },
    })
  }
}

/** Messages stay bytes until it is known how to read them. */
function rawService(path: string): ServiceDefinition {
  const asItIs = (bytes: Buffer): Buffer => bytes
  return {
    [method]: {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  }
}

async function readReflection(): Promise<ReadonlyMap<string, Loaded>> {
  const { ReflectionService } = await import('@grpc/reflection')
  const found = new Map<string, Loaded>()
  const addService = (service: ServiceDefinition, implementation: UntypedServiceImplementation): void => {
    const definition = service[method]
    const answer = implementation[method] as Loaded['answer'] | undefined
    if (definition !== undefined && answer !== undefined) found.set(definition.path, { definition, answer })
  }
  new ReflectionService(onePerDescription(flightPackage)).addToServer({ addService })
  return found
}

/** Each of a hundred types refers to the same description of all of them, which the library would read anew for each: 130 ms instead of 5. */
function onePerDescription(definitions: PackageDefinition): PackageDefinition {
  const byDescription = new Map(
    Object.entries(definitions).map(entry => [entry[1].fileDescriptorProtos, entry]),
  )
  return Object.fromEntries(byDescription.values())
}

/** What came before is still in the stream: it flows once it is listened to. */
function pass(stream: Stream<Buffer, Buffer>, loaded: Loaded | undefined): void {
  if (loaded === undefined) return refuse(stream, status.UNIMPLEMENTED, 'unknown version of reflection')
  const { requestDeserialize, responseSerialize } = loaded.definition
  const read = (bytes: Buffer, take: (message: object) => void): void => {
    let message: object
    try {
      message = requestDeserialize(bytes)
    } catch {
      return refuse(stream, status.INVALID_ARGUMENT, 'the message is no ServerReflectionRequest')
    }
    take(message)
  }
  const understood = {
    on(event: string, listener: (message: object) => void): void {
      if (event === 'data') stream.on('data', (bytes: Buffer) => read(bytes, listener))
      else stream.on(event, listener)
    },
    write: (message: object) => stream.write(responseSerialize(message)),
    end: () => stream.end(),
  }
  loaded.answer(understood as unknown as Stream<object, object>)
}

function refuse(stream: Stream<Buffer, Buffer>, code: status, details: string): void {
  stream.emit('error', { code, details })
}
