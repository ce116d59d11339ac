import { classes } from './codes.ts'
import { type Name, readName, writeName } from './name.ts'
import { type Reader, readUint16, readUint32, take } from './reader.ts'
import { codecOfCode, codecOfType, type RecordData } from './records/table.ts'
import { WireError } from './wire-error.ts'
import { putUint16, reserve, type Writer, writeUint16, writeUint32 } from './writer.ts'

/** A record of class IN. */
export interface ResourceRecord {
  readonly name: Name
  readonly ttlSeconds: number
  readonly data: RecordData
}

export function writeRecord(writer: Writer, record: ResourceRecord): void {
  writeName(writer, record.name)
  writeRecordBody(writer, record)
}

/** All but the owner's name. */
export function writeRecordBody(writer: Writer, record: Pick<ResourceRecord, 'data' | 'ttlSeconds'>): void {
  const codec = codecOfType(record.data.type)
  writeUint16(writer, codec.code)
  writeUint16(writer, classes.internet)
  writeUint32(writer, record.ttlSeconds)
  const lengthAt = reserve(writer, 2)
  codec.encode(writer, record.data)
  putUint16(writer.bytes, lengthAt, writer.at - lengthAt - 2)
}

export interface RecordHead {
  readonly name: Name
  readonly code: number
  readonly class: number
  readonly ttlSeconds: number
  readonly length: number
}

export function readRecordHead(reader: Reader): RecordHead {
  return {
    name: readName(reader),
    code: readUint16(reader),
    class: readUint16(reader),
    ttlSeconds: readUint32(reader),
    length: readUint16(reader),
  }
}

export function readRecordData(reader: Reader, head: RecordHead): RecordData {
  const start = take(reader, head.length)
  const data: Reader = { bytes: reader.bytes, at: start, end: start + head.length }
  const decoded = codecOfCode(head.code).decode(data)
  if (data.at !== data.end)
    throw new WireError(`${decoded.type} record: ${data.end - data.at} bytes too many`)
  return decoded
}
