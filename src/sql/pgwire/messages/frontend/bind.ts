import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** Formats come as sent: none (all text), one (for all) or one for each. */
export interface Bind {
  readonly kind: 'Bind'
  readonly portal: string
  readonly statement: string
  readonly parameterFormats: readonly number[]
  /** Views into the received bytes; null is SQL's NULL. */
  readonly parameters: readonly (Uint8Array | null)[]
  readonly resultFormats: readonly number[]
}

export function encodeBind(message: Bind, to: ByteWriter): void {
  to.begin('B').cstring(message.portal).cstring(message.statement)
  writeFormats(message.parameterFormats, to)
  to.int16(message.parameters.length)
  for (const value of message.parameters) {
    if (value === null) to.int32(-1)
    else to.int32(value.length).bytes(value)
  }
  writeFormats(message.resultFormats, to)
  to.end()
}

export function decodeBind(body: Uint8Array): Bind {
  const from = new ByteReader(body)
  const portal = from.cstring()
  const statement = from.cstring()
  const parameterFormats = readFormats(from)
  const parameters: (Uint8Array | null)[] = []
  for (let left = from.count(4); left > 0; left--) {
    const length = from.int32()
    parameters.push(length === -1 ? null : from.bytes(length))
  }
  const resultFormats = readFormats(from)
  from.end()
  return { kind: 'Bind', portal, statement, parameterFormats, parameters, resultFormats }
}

function writeFormats(formats: readonly number[], to: ByteWriter): void {
  to.int16(formats.length)
  for (const format of formats) to.int16(format)
}

function readFormats(from: ByteReader): number[] {
  const formats: number[] = []
  for (let left = from.count(2); left > 0; left--) formats.push(from.int16())
  return formats
}
