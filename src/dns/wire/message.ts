import { classes, flagBits, types, wireLimits } from './codes.ts'
import { areOptionsWellFormed, type Edns, ednsAt, writeOpt } from './edns.ts'
import { type Name, readName, writeName } from './name.ts'
import { type Reader, readerOf, readUint16, take } from './reader.ts'
import { type ResourceRecord, readRecordData, readRecordHead, writeRecord } from './resource-record.ts'
import { WireError } from './wire-error.ts'
import { newWriter, writeUint16, written } from './writer.ts'

export interface Question {
  readonly name: Name
  readonly type: number
  readonly class: number
}

/** A whole message, for clients and tests; the server answers without ever building one (query.ts, server/answer.ts). */
export interface Message {
  readonly id: number
  readonly isResponse: boolean
  readonly opcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  readonly authenticData: boolean
  readonly checkingDisabled: boolean
  /** Twelve bits when there is an OPT record. */
  readonly rcode: number
  readonly questions: readonly Question[]
  readonly answers: readonly ResourceRecord[]
  readonly authorities: readonly ResourceRecord[]
  /** Without OPT. */
  readonly additionals: readonly ResourceRecord[]
  readonly edns: Edns | undefined
}

export const emptyMessage: Message = {
  id: 0,
  isResponse: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
  edns: undefined,
}

export function encodeMessage(message: Message): Uint8Array {
  const writer = newWriter()
  writeUint16(writer, message.id)
  writeUint16(writer, flagsOf(message))
  writeUint16(writer, message.questions.length)
  writeUint16(writer, message.answers.length)
  writeUint16(writer, message.authorities.length)
  writeUint16(writer, message.additionals.length + (message.edns === undefined ? 0 : 1))
  for (const question of message.questions) {
    writeName(writer, question.name)
    writeUint16(writer, question.type)
    writeUint16(writer, question.class)
  }
  for (const record of [...message.answers, ...message.authorities, ...message.additionals])
    writeRecord(writer, record)
  if (message.edns !== undefined) writeOpt(writer, { ...message.edns, extendedRcode: message.rcode >>> 4 })
  return written(writer)
}

/** Throws WireError. Memory is bounded by the bytes that are there: every record read costs at least eleven of them. */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length > wireLimits.messageBytesMax) throw new WireError('message longer than 65535 bytes')
  const reader = readerOf(bytes)
  const id = readUint16(reader)
  const flags = readUint16(reader)
  const counts = [readUint16(reader), readUint16(reader), readUint16(reader), readUint16(reader)] as const
  const questions: Question[] = []
  for (let i = 0; i < counts[0]; i++) questions.push(readQuestion(reader))
  const [answers, authorities, additionals] = [
    readSection(reader, counts[1]),
    readSection(reader, counts[2]),
    readSection(reader, counts[3]),
  ]
  if (answers.edns !== undefined || authorities.edns !== undefined)
    throw new WireError('OPT outside the additional section')
  if (reader.at !== reader.end) throw new WireError(`${reader.end - reader.at} bytes after the message`)
  const { edns } = additionals
  return {
    id,
    isResponse: (flags & flagBits.response) !== 0,
    opcode: (flags & flagBits.opcode) >>> 11,
    authoritative: (flags & flagBits.authoritative) !== 0,
    truncated: (flags & flagBits.truncated) !== 0,
    recursionDesired: (flags & flagBits.recursionDesired) !== 0,
    recursionAvailable: (flags & flagBits.recursionAvailable) !== 0,
    authenticData: (flags & flagBits.authenticData) !== 0,
    checkingDisabled: (flags & flagBits.checkingDisabled) !== 0,
    rcode: (flags & flagBits.rcode) | ((edns?.extendedRcode ?? 0) << 4),
    questions,
    answers: answers.records,
    authorities: authorities.records,
    additionals: additionals.records,
    edns,
  }
}

function flagsOf(message: Message): number {
  return (
    (message.isResponse ? flagBits.response : 0) |
    (message.opcode << 11) |
    (message.authoritative ? flagBits.authoritative : 0) |
    (message.truncated ? flagBits.truncated : 0) |
    (message.recursionDesired ? flagBits.recursionDesired : 0) |
    (message.recursionAvailable ? flagBits.recursionAvailable : 0) |
    (message.authenticData ? flagBits.authenticData : 0) |
    (message.checkingDisabled ? flagBits.checkingDisabled : 0) |
    (message.rcode & flagBits.rcode)
  )
}

function readQuestion(reader: Reader): Question {
  return { name: readName(reader), type: readUint16(reader), class: readUint16(reader) }
}

function readSection(reader: Reader, count: number): { records: ResourceRecord[]; edns: Edns | undefined } {
  const records: ResourceRecord[] = []
  let edns: Edns | undefined
  for (let i = 0; i < count; i++) {
    const head = readRecordHead(reader)
    if (head.code === types.opt) {
      if (edns !== undefined || head.name !== '.')
        throw new WireError('more than one OPT, or one that has a name')
      edns = ednsAt(reader.bytes, reader.at - 8)
      const options = take(reader, head.length)
      if (!areOptionsWellFormed(reader.bytes, options, reader.at)) throw new WireError('broken OPT options')
    } else if (head.class === classes.internet) {
      records.push({ name: head.name, ttlSeconds: head.ttlSeconds, data: readRecordData(reader, head) })
    } else throw new WireError(`record of class ${head.class}`)
  }
  return { records, edns }
}
