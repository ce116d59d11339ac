import { flagBits, rcodes, wireLimits } from '../wire/codes.ts'
import { type Edns, optBytes, writeOpt } from '../wire/edns.ts'
import { byteAt, uint16At } from '../wire/reader.ts'
import { type ResourceRecord, writeRecord } from '../wire/resource-record.ts'
import { WireError } from '../wire/wire-error.ts'
import { newWriter, putUint16, type Writer, written } from '../wire/writer.ts'
import { errorReply } from './tsig.ts'
import type { ZoneRecords } from './zone-records.ts'

/** Names are compressed by pointers of 14 bits: a longer message would be no shorter. A single record may go beyond. */
const messageBytesUsual = 16_000

/** What a signature may add. */
const tsigBytesMax = 512

interface Asked {
  readonly request: Uint8Array
  readonly questionEnd: number
  readonly edns: Edns | undefined
}

/** AXFR (RFC 5936 section 2.2): the SOA first and last. Made message by message, as the client takes them. */
export function* transferMessages(asked: Asked, zone: ZoneRecords): Generator<Uint8Array> {
  const records = [zone.soa, ...zone.others, zone.soa]
  let message = startMessage(asked)
  for (const record of records) {
    if (message.writer.at > messageBytesUsual) {
      yield finish(message, asked)
      message = startMessage(asked)
    }
    const before = message.writer.at
    if (write(message, record)) continue
    // It does not fit behind the others.
    message.writer.at = before
    if (message.count > 0) yield finish(message, asked)
    message = startMessage(asked)
    if (!write(message, record)) {
      yield errorReply(asked.request, asked.questionEnd, rcodes.serverFailure)
      return
    }
  }
  yield finish(message, asked)
}

/** IXFR to who has the newest already, or asks by UDP: the SOA alone (RFC 1995 sections 2 and 4). */
export function soaMessage(asked: Asked, zone: ZoneRecords): Uint8Array {
  const message = startMessage(asked)
  write(message, zone.soa)
  return finish(message, asked)
}

interface Building {
  readonly writer: Writer
  count: number
}

/** No name points into the question, whose letters are in the case that the client chose. */
function startMessage({ questionEnd }: Asked): Building {
  return { writer: newWriter(questionEnd), count: 0 }
}

/** False when the message has no room for it. */
function write(message: Building, record: ResourceRecord): boolean {
  try {
    writeRecord(message.writer, record)
    const { base, at } = message.writer
    if (base + at + optBytes + tsigBytesMax > wireLimits.messageBytesMax) return false
    message.count++
    return true
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}

/** The question stands in each message; RFC 5936 section 2.2.1 asks for it in the first. */
function finish({ writer, count }: Building, { request, questionEnd, edns }: Asked): Uint8Array {
  if (edns !== undefined)
    writeOpt(writer, { ...edns, payloadBytesMax: wireLimits.ednsUdpBytesMax, version: 0, extendedRcode: 0 })
  const body = written(writer)
  const reply = new Uint8Array(questionEnd + body.length)
  for (let i = 0; i < questionEnd; i++) reply[i] = byteAt(request, i)
  putUint16(
    reply,
    2,
    flagBits.response | flagBits.authoritative | (uint16At(request, 2) & flagBits.recursionDesired),
  )
  putUint16(reply, 6, count)
  putUint16(reply, 8, 0)
  putUint16(reply, 10, edns === undefined ? 0 : 1)
  reply.set(body, questionEnd)
  return reply
}
