import { type Name, readName, writeWholeName } from '../name.ts'
import { type Reader, readBytes, readUint16, readUint32 } from '../reader.ts'
import { type Writer, writeBytes, writeUint16, writeUint32 } from '../writer.ts'

/** Data of a TSIG record (RFC 8945 section 4.2), which belongs to one message and to no zone. */
export interface TsigData {
  readonly algorithm: Name
  /** Of 48 bits. */
  readonly signedAtSeconds: number
  readonly fudgeSeconds: number
  readonly mac: Uint8Array
  readonly originalId: number
  readonly error: number
  readonly other: Uint8Array
}

export function writeTsig(writer: Writer, data: TsigData): void {
  writeWholeName(writer, data.algorithm)
  writeUint48(writer, data.signedAtSeconds)
  writeUint16(writer, data.fudgeSeconds)
  writeUint16(writer, data.mac.length)
  writeBytes(writer, data.mac)
  writeUint16(writer, data.originalId)
  writeUint16(writer, data.error)
  writeUint16(writer, data.other.length)
  writeBytes(writer, data.other)
}

export function readTsig(reader: Reader): TsigData {
  return {
    algorithm: readName(reader),
    signedAtSeconds: readUint16(reader) * 0x1_0000_0000 + readUint32(reader),
    fudgeSeconds: readUint16(reader),
    mac: readBytes(reader, readUint16(reader)),
    originalId: readUint16(reader),
    error: readUint16(reader),
    other: readBytes(reader, readUint16(reader)),
  }
}

export function writeUint48(writer: Writer, value: number): void {
  writeUint16(writer, Math.floor(value / 0x1_0000_0000))
  writeUint32(writer, value % 0x1_0000_0000)
}
