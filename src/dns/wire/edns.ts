import { types } from './codes.ts'
import { byteAt, uint16At } from './reader.ts'
import { type Writer, writeUint8, writeUint16 } from './writer.ts'

/** The OPT record (RFC 6891 section 6.1): it stands among the additional records and says what its sender can do. */
export interface Edns {
  readonly payloadBytesMax: number
  readonly version: number
  /** DO (RFC 3225). */
  readonly dnssecOk: boolean
  /** Upper eight bits of the response code. */
  readonly extendedRcode: number
}

export const optBytes = 11
const dnssecOkBit = 0x8000

export function writeOpt(writer: Writer, edns: Edns): void {
  writeUint8(writer, 0)
  writeUint16(writer, types.opt)
  writeUint16(writer, edns.payloadBytesMax)
  writeUint8(writer, edns.extendedRcode)
  writeUint8(writer, edns.version)
  writeUint16(writer, edns.dnssecOk ? dnssecOkBit : 0)
  writeUint16(writer, 0)
}

/** From the class and TTL fields, which OPT puts to its own use; `at` is where the class field lies. */
export function ednsAt(bytes: Uint8Array, at: number): Edns {
  return {
    payloadBytesMax: uint16At(bytes, at),
    extendedRcode: byteAt(bytes, at + 2),
    version: byteAt(bytes, at + 3),
    dnssecOk: (uint16At(bytes, at + 4) & dnssecOkBit) !== 0,
  }
}

/** Options are pairs of code and length that fill the record's data exactly. Unknown ones are passed over (RFC 6891 section 6.1.2). */
export function areOptionsWellFormed(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at + 4 <= end) at += 4 + uint16At(bytes, at + 2)
  return at === end
}
