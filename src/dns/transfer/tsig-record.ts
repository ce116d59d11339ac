import { classes, types, wireLimits } from '../wire/codes.ts'
import { type Name, readName, writeName, writeWholeName } from '../wire/name.ts'
import { readerOf, readUint16, readUint32, take, uint16At } from '../wire/reader.ts'
import { readTsig, type TsigData, writeTsig } from '../wire/records/tsig.ts'
import { WireError } from '../wire/wire-error.ts'
import { newWriter, putUint16, reserve, writeUint16, writeUint32, written } from '../wire/writer.ts'

/** A message and the TSIG record that ended it. */
export interface SignedMessage {
  /** Without the record. */
  readonly message: Uint8Array
  readonly keyName: Name
  readonly tsig: TsigData
}

/** Undefined when the message does not end with a TSIG record, or with one that is not well-formed. */
export function takeTsig(bytes: Uint8Array): SignedMessage | undefined {
  try {
    return splitTsig(bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

function splitTsig(bytes: Uint8Array): SignedMessage | undefined {
  if (bytes.length < wireLimits.headerBytes) return undefined
  const reader = readerOf(bytes)
  reader.at = wireLimits.headerBytes
  for (let i = uint16At(bytes, 4); i > 0; i--) {
    readName(reader)
    take(reader, 4)
  }
  const records = uint16At(bytes, 6) + uint16At(bytes, 8) + uint16At(bytes, 10)
  for (let i = 1; i < records; i++) {
    readName(reader)
    take(reader, 8)
    take(reader, readUint16(reader))
  }
  if (records === 0 || uint16At(bytes, 10) === 0) return undefined
  const start = reader.at
  const keyName = readName(reader)
  const [type, classCode, ttl] = [readUint16(reader), readUint16(reader), readUint32(reader)]
  const length = readUint16(reader)
  if (type !== types.tsig || classCode !== classes.any || ttl !== 0) return undefined
  const data = { bytes, at: reader.at, end: reader.at + length }
  take(reader, length)
  const tsig = readTsig(data)
  if (data.at !== data.end || reader.at !== bytes.length) return undefined
  const message = bytes.slice(0, start)
  putUint16(message, 10, uint16At(bytes, 10) - 1)
  return { message, keyName, tsig }
}

/** The message with a TSIG record behind its last one. */
export function appendTsig(message: Uint8Array, keyName: Name, tsig: TsigData): Uint8Array {
  const writer = newWriter(message.length)
  writeName(writer, keyName)
  writeUint16(writer, types.tsig)
  writeUint16(writer, classes.any)
  writeUint32(writer, 0)
  const lengthAt = reserve(writer, 2)
  writeTsig(writer, tsig)
  putUint16(writer.bytes, lengthAt, writer.at - lengthAt - 2)
  const record = written(writer)
  const bytes = new Uint8Array(message.length + record.length)
  bytes.set(message)
  bytes.set(record, message.length)
  putUint16(bytes, 10, uint16At(message, 10) + 1)
  return bytes
}

/** As names go into digests: whole and in lower case. */
export function canonicalName(name: Name): Uint8Array {
  const writer = newWriter()
  writeWholeName(writer, name.toLowerCase())
  return written(writer)
}
