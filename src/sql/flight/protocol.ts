import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import { fromJSON, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader'
import definition from './protocol/flight-protocol.json' with { type: 'json' }

/** The published messages of Arrow Flight and Flight SQL; field names as the .proto files have them, 64-bit numbers as numbers. */
export const flightPackage: PackageDefinition = fromJSON(definition as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: Number,
  defaults: true,
  oneofs: true,
})

export interface MessageCodec<T> {
  encode(message: T): Buffer
  /** Throws when the bytes are no such message. */
  decode(bytes: Uint8Array): T
}

/** The codec of one message, for example `sql.CommandGetTables`. */
export function messageCodec<T extends object>(name: string): MessageCodec<T> {
  const found = flightPackage[`arrow.flight.protocol.${name}`] as unknown as MessageTypeDefinition<T, T>
  return {
    encode: message => found.serialize(message),
    decode: bytes => found.deserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
  }
}

const published = flightPackage['arrow.flight.protocol.FlightService'] as ServiceDefinition

const asItIs = (bytes: Buffer): Buffer => bytes

/** Messages that carry rows are read and written by hand, and pass through gRPC as bytes. */
const withRows: Readonly<Record<string, { in: boolean; out: boolean }>> = {
  DoGet: { in: false, out: true },
  DoPut: { in: true, out: false },
  DoExchange: { in: true, out: true },
}

export const flightService: ServiceDefinition = Object.fromEntries(
  Object.entries(published).map(([name, method]) => [name, rawWhereRows(name, method)]),
)

function rawWhereRows(
  name: string,
  method: MethodDefinition<unknown, unknown>,
): MethodDefinition<unknown, unknown> {
  const rows = withRows[name]
  return {
    ...method,
    ...(rows?.in === true ? { requestSerialize: asItIs as never, requestDeserialize: asItIs } : {}),
    ...(rows?.out === true ? { responseSerialize: asItIs as never, responseDeserialize: asItIs } : {}),
  }
}
