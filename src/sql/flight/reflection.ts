import {
  type MethodDefinition,
  type Server,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { flightPackage } from './protocol.ts'

type Stream<I, O> = ServerDuplexStream<I, O>

interface Loaded {
  readonly definition: MethodDefinition<object, object>
  answer(stream: Stream<object, object>): void
}

const method = 'ServerReflectionInfo'
const paths = ['v1', 'v1alpha'].map(version => `/grpc.reflection.${version}.ServerReflection/${method}`)

/**
 * gRPC's reflection, in both versions that tools ask for. Reading the protocol's own description takes longer than all else here, and only
 * people with a tool ask for it: it is read when `load` is called, or when the first of them comes, who waits for it.
 */
export function addReflection(server: Pick<Server, 'addService'>): { load(): void } {
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
  // Who asks is told of a failure.
  return { load: () => void load().catch(() => undefined) }
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
  new ReflectionService(flightPackage).addToServer({ addService })
  return found
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
