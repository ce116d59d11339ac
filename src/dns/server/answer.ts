import type { Source } from '../routing/source.ts'
import { classes, flagBits, rcodes, types, wireLimits } from '../wire/codes.ts'
import { type Edns, optBytes } from '../wire/edns.ts'
import { type NameKey, parentKey } from '../wire/name.ts'
import { decodeQuery, type Query } from '../wire/query.ts'
import { byteAt, uint16At } from '../wire/reader.ts'
import { putUint16 } from '../wire/writer.ts'
import type { ZoneNode } from '../zone/compile-zone.ts'
import { bodyOf, type Response, type SteeredResponse } from '../zone/response.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'

export interface Asked {
  readonly by: 'udp' | 'tcp'
  readonly source: Source
  /** Any number; picks the order of several addresses. */
  readonly turn: number
}

/**
 * The reply to one message, or undefined when it gets none. Pure but for bytes remembered in the snapshot, and total: any bytes may come.
 *
 * | query                                     | reply                              |
 * |-------------------------------------------|------------------------------------|
 * | shorter than a header, or a response      | none                               |
 * | opcode other than QUERY                   | NOTIMP                             |
 * | not one question, or broken               | FORMERR                            |
 * | EDNS version above 0                      | BADVERS                            |
 * | class other than IN, zone transfer        | REFUSED                            |
 * | TKEY, TSIG, MAILA, MAILB, OPT as a type   | NOTIMP; OPT: FORMERR               |
 * | name in none of our zones                 | REFUSED                            |
 * | any other                                 | from the zone (zone/compile-zone.ts) |
 */
export function answer(query: Uint8Array, zones: ZoneSnapshot, asked: Asked): Uint8Array | undefined {
  const decoded = decodeQuery(query)
  if (typeof decoded === 'object') return answerQuery(query, decoded, zones, asked)
  if (decoded === 'drop') return undefined
  return bareHeader(query, decoded === 'format-error' ? rcodes.formatError : rcodes.notImplemented)
}

function answerQuery(bytes: Uint8Array, query: Query, zones: ZoneSnapshot, asked: Asked): Uint8Array {
  const refusal = refusalOf(query)
  if (refusal !== undefined) return refuse(bytes, query, refusal)
  const answerable = respond(zones, query)
  if (answerable === undefined) return refuse(bytes, query, rcodes.refused)
  const found = 'pick' in answerable ? answerable.pick(asked.source, asked.turn).response : answerable
  const nameBytes = query.questionEnd - wireLimits.headerBytes - 4
  const body = bodyOf(found, nameBytes, asked.turn)
  if (body === undefined) return refuse(bytes, query, rcodes.serverFailure)
  const size = query.questionEnd + body.length + (query.edns === undefined ? 0 : optBytes)
  // All or nothing: part of a record set is worth less than none, and a client that sees TC comes back by TCP.
  if (size > replyBytesMax(query.edns, asked))
    return withoutRecords(bytes, query, found.flags | flagBits.truncated)
  const reply = startReply(bytes, query, found.flags, size)
  putUint16(reply, 6, found.answerCount)
  putUint16(reply, 8, found.authorityCount)
  putUint16(reply, 10, found.additionalCount + (query.edns === undefined ? 0 : 1))
  reply.set(body, query.questionEnd)
  if (query.edns !== undefined) putOpt(reply, size - optBytes, query.edns, 0)
  return reply
}

function refusalOf({ edns, class: classCode, type }: Query): number | undefined {
  if (edns !== undefined && edns.version > 0) return rcodes.badVersion
  if (classCode !== classes.internet) return rcodes.refused
  // 128 to 255 are questions about questions (RFC 6895 section 3.1); a new data type there would be answered as any other.
  switch (type) {
    case types.axfr:
    case types.ixfr:
      return rcodes.refused
    case types.opt:
      return rcodes.formatError
    case types.tkey:
    case types.tsig:
    case types.maila:
    case types.mailb:
      return rcodes.notImplemented
    default:
      return undefined
  }
}

/** Undefined outside our zones. */
function respond(zones: ZoneSnapshot, query: Query): Response | SteeredResponse | undefined {
  const exact = zones.nodes.get(query.key)
  if (exact !== undefined) return responseOf(exact, query.type)
  const encloser = closestEncloser(zones, query)
  if (encloser === undefined) return undefined
  if (encloser.isCut) return encloser.otherwise
  return encloser.wildcard === undefined ? encloser.nonexistent : responseOf(encloser.wildcard, query.type)
}

function responseOf(node: ZoneNode, type: number): Response | SteeredResponse {
  return type === types.any ? node.any : (node.byType.get(type) ?? node.otherwise)
}

/** Starts no deeper than our deepest name, so that a name of 127 labels costs no more than others. */
function closestEncloser(zones: ZoneSnapshot, query: Query): ZoneNode | undefined {
  let offset = 0
  for (let spare = query.labels - zones.labelsMax; spare > 0; spare--)
    offset += query.key.charCodeAt(offset) + 1
  let key: NameKey | undefined = query.key.slice(offset)
  while (key !== undefined) {
    const node = zones.nodes.get(key)
    if (node !== undefined) return node
    key = parentKey(key)
  }
  return undefined
}

function replyBytesMax(edns: Edns | undefined, { by }: Asked): number {
  if (by === 'tcp') return wireLimits.messageBytesMax
  if (edns === undefined) return wireLimits.plainUdpBytesMax
  // RFC 6891 section 6.2.3: less than 512 means 512.
  const asked = Math.max(edns.payloadBytesMax, wireLimits.plainUdpBytesMax)
  return Math.min(asked, wireLimits.ednsUdpBytesMax)
}

/** The question is repeated, in the case it came in. */
function withoutRecords(bytes: Uint8Array, query: Query, flags: number, extendedRcode = 0): Uint8Array {
  const size = query.questionEnd + (query.edns === undefined ? 0 : optBytes)
  const reply = startReply(bytes, query, flags, size)
  putUint16(reply, 6, 0)
  putUint16(reply, 8, 0)
  putUint16(reply, 10, query.edns === undefined ? 0 : 1)
  if (query.edns !== undefined) putOpt(reply, query.questionEnd, query.edns, extendedRcode)
  return reply
}

function refuse(bytes: Uint8Array, query: Query, rcode: number): Uint8Array {
  return withoutRecords(bytes, query, flagBits.response | (rcode & flagBits.rcode), rcode >>> 4)
}

/** Header and question; the caller fills in the other counts. From Node's pool: the bytes are all written over. */
function startReply(bytes: Uint8Array, query: Query, flags: number, size: number): Uint8Array {
  const reply = Buffer.allocUnsafe(size)
  for (let i = 0; i < query.questionEnd; i++) reply[i] = byteAt(bytes, i)
  putUint16(reply, 2, flags | (uint16At(bytes, 2) & flagBits.recursionDesired))
  putUint16(reply, 4, 1)
  return reply
}

function putOpt(reply: Uint8Array, at: number, asked: Edns, extendedRcode: number): void {
  reply[at] = 0
  putUint16(reply, at + 1, types.opt)
  putUint16(reply, at + 3, wireLimits.ednsUdpBytesMax)
  reply[at + 5] = extendedRcode
  reply[at + 6] = 0
  putUint16(reply, at + 7, asked.dnssecOk ? 0x8000 : 0)
  putUint16(reply, at + 9, 0)
}

/** To what cannot be read as a query: id, opcode and RD come back, no question. */
function bareHeader(bytes: Uint8Array, rcode: number): Uint8Array {
  const reply = new Uint8Array(wireLimits.headerBytes)
  putUint16(reply, 0, uint16At(bytes, 0))
  putUint16(
    reply,
    2,
    flagBits.response | (uint16At(bytes, 2) & (flagBits.opcode | flagBits.recursionDesired)) | rcode,
  )
  return reply
}
