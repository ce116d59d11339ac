import { flagBits, rcodes, types, wireLimits } from '../wire/codes.ts'
import type { Edns } from '../wire/edns.ts'
import { optBytes } from '../wire/edns.ts'
import type { Query } from '../wire/query.ts'
import { byteAt, uint16At } from '../wire/reader.ts'
import { putUint16, putUint32 } from '../wire/writer.ts'
import { serialFromEndBytes } from '../zone/response.ts'
import { putBytes } from './put-bytes.ts'
import type { ReplyOptions } from './reply-options.ts'

/** The sections of a reply, behind its question. */
export interface Sections {
  /** Second word of the header, without the bits that come from the query; the lower four bits of the response code. */
  readonly flags: number
  readonly answers: number
  readonly authorities: number
  readonly additionals: number
  readonly body: Uint8Array
  /** Of the SOA record that the body ends with: it changes more often than the body, which has 0 in its place. */
  readonly serial: number | undefined
}

const noBody = new Uint8Array(0)

/** No record at all. */
export function emptySections(flags: number): Sections {
  return { flags, answers: 0, authorities: 0, additionals: 0, body: noBody, serial: undefined }
}

export const errorFlags = (rcode: number): number => flagBits.response | (rcode & flagBits.rcode)

export function replyBytes(query: Query, sections: Sections, options: ReplyOptions): number {
  return query.questionEnd + sections.body.length + (query.edns === undefined ? 0 : optBytes + options.length)
}

/** The question comes back in the case it came in; OPT only to who sent one. From Node's pool: the bytes are all written over. */
export function writeReply(
  bytes: Uint8Array,
  query: Query,
  sections: Sections,
  options: ReplyOptions,
  rcode: number = rcodes.noError,
): Uint8Array {
  const { questionEnd, edns } = query
  const { body } = sections
  const reply = Buffer.allocUnsafe(replyBytes(query, sections, options))
  for (let i = 0; i < questionEnd; i++) reply[i] = byteAt(bytes, i)
  putUint16(reply, 2, sections.flags | (uint16At(bytes, 2) & flagBits.recursionDesired))
  putUint16(reply, 4, 1)
  putUint16(reply, 6, sections.answers)
  putUint16(reply, 8, sections.authorities)
  putUint16(reply, 10, sections.additionals + (edns === undefined ? 0 : 1))
  putBytes(reply, questionEnd, body)
  if (sections.serial !== undefined)
    putUint32(reply, questionEnd + body.length - serialFromEndBytes, sections.serial)
  if (edns !== undefined) putOpt(reply, questionEnd + body.length, edns, rcode >>> 4, options)
  return reply
}

function putOpt(
  reply: Uint8Array,
  at: number,
  asked: Edns,
  extendedRcode: number,
  { bytes, length }: ReplyOptions,
): void {
  reply[at] = 0
  putUint16(reply, at + 1, types.opt)
  putUint16(reply, at + 3, wireLimits.ednsUdpBytesMax)
  reply[at + 5] = extendedRcode
  reply[at + 6] = 0
  putUint16(reply, at + 7, asked.dnssecOk ? 0x8000 : 0)
  putUint16(reply, at + 9, length)
  for (let i = 0; i < length; i++) reply[at + optBytes + i] = byteAt(bytes, i)
}

/** To what cannot be read as a query: id, opcode and RD come back, no question. */
export function bareReply(bytes: Uint8Array, rcode: number): Uint8Array {
  const reply = new Uint8Array(wireLimits.headerBytes)
  const kept = uint16At(bytes, 2) & (flagBits.opcode | flagBits.recursionDesired)
  putUint16(reply, 0, uint16At(bytes, 0))
  putUint16(reply, 2, flagBits.response | kept | rcode)
  return reply
}
