import { EverportError } from '../../base/errors.ts'
import { type MessageCodec, messageCodec } from './protocol.ts'

interface Any {
  readonly type_url: string
  readonly value: Buffer
}

const prefix = 'type.googleapis.com/'

/** A command of Flight SQL: its name without the package, and its bytes. */
export interface PackedMessage {
  readonly name: string
  readonly value: Buffer
}

/** google.protobuf.Any: type_url is field 1, value field 2. */
export function packAny(name: string, value: Uint8Array): Buffer {
  const url = Buffer.from(`${prefix}arrow.flight.protocol.sql.${name}`)
  return Buffer.concat([
    Buffer.from([0x0a, ...varint(url.length)]),
    url,
    Buffer.from([0x12, ...varint(value.length)]),
    value,
  ])
}

/** Rejects what is not a message of Flight SQL. */
export function unpackAny(bytes: Uint8Array): PackedMessage {
  const found = readAny(bytes)
  const name = /\/arrow\.flight\.protocol\.sql\.(\w+)$/.exec(found?.type_url ?? '')?.[1]
  if (found !== undefined && name !== undefined) return { name, value: found.value }
  throw new EverportError('invalid_input', 'the request is not a command of Flight SQL', {
    detail:
      found === undefined || found.type_url === ''
        ? 'Expected a google.protobuf.Any with a message of arrow.flight.protocol.sql.'
        : `It is a ${found.type_url}.`,
    hint: 'use a Flight SQL client, such as ADBC or the Arrow JDBC driver',
  })
}

/** A message of the Flight SQL package; bytes that are none are the client's mistake. */
export function sqlCodec<T extends object>(name: string): MessageCodec<T> {
  const codec = messageCodec<T>(`sql.${name}`)
  return { encode: codec.encode, decode: bytes => decoded(codec, name, bytes) }
}

export function decoded<T>(codec: MessageCodec<T>, name: string, bytes: Uint8Array): T {
  try {
    return codec.decode(bytes)
  } catch (error) {
    throw new EverportError('protocol_violation', `the bytes of ${name} cannot be read`, { cause: error })
  }
}

function readAny(bytes: Uint8Array): Any | undefined {
  const found: { type_url: string; value: Buffer } = { type_url: '', value: Buffer.alloc(0) }
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at++]
    let length = 0
    let shift = 0
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 28) return undefined
      length += (byte & 0x7f) * 2 ** shift
      shift += 7
      if (byte < 0x80) break
    }
    if (at + length > bytes.length) return undefined
    const part = Buffer.from(bytes.buffer, bytes.byteOffset + at, length)
    if (tag === 0x0a) found.type_url = part.toString('utf8')
    else if (tag === 0x12) found.value = part
    else return undefined
    at += length
  }
  return found
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}
