/**
 * A DNS reply read without the project's own codec, which is among what the tests judge. Names are lower-case text with every odd byte
 * as \DDD; a record is one line, so that sections compare as sorted lines.
 */
export interface Reply {
  readonly rcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  /** In the case it came in. */
  readonly question: string
  /** In the order they came in. */
  readonly answers: readonly string[]
  readonly authorities: readonly string[]
  readonly additionals: readonly string[]
  readonly edns: ReplyEdns | undefined
  readonly bytes: number
}

export interface ReplyEdns {
  readonly payloadBytesMax: number
  readonly version: number
  readonly dnssecOk: boolean
  readonly options: readonly number[]
}

/** Names in the data of these may be compressed (RFC 3597 section 4): fixed bytes before and names, in their order. */
const layouts: Readonly<Record<number, readonly ('name' | number)[]>> = {
  2: ['name'],
  5: ['name'],
  6: ['name', 'name', 20],
  12: ['name'],
  15: [2, 'name'],
}

const optType = 41

interface Cursor {
  readonly bytes: Buffer
  at: number
}

/** Throws where the message is broken: a pointer that leads forward, counts that do not fit, bytes left over. */
export function readReply(bytes: Buffer): Reply {
  const flags = bytes.readUInt16BE(2)
  const cursor = { bytes, at: 12 }
  const questions = Array.from({ length: bytes.readUInt16BE(4) }, () => readQuestion(cursor))
  const [answers, authorities, all] = [6, 8, 10].map(at =>
    Array.from({ length: bytes.readUInt16BE(at) }, () => readRecord(cursor)),
  ) as [RawRecord[], RawRecord[], RawRecord[]]
  if (cursor.at !== bytes.length) throw new Error(`${bytes.length - cursor.at} bytes left over`)
  const opt = all.find(record => record.type === optType)
  const lines = (records: readonly RawRecord[]): string[] =>
    records.filter(record => record.type !== optType).map(record => record.line)
  return {
    rcode: (flags & 15) | ((opt === undefined ? 0 : opt.ttl >>> 24) << 4),
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    question: questions.join(', '),
    answers: lines(answers),
    authorities: lines(authorities),
    additionals: lines(all),
    edns: opt === undefined ? undefined : readEdns(opt),
    bytes: bytes.length,
  }
}

function readQuestion(cursor: Cursor): string {
  const name = readName(cursor)
  cursor.at += 4
  return `${name} ${cursor.bytes.readUInt16BE(cursor.at - 4)} ${cursor.bytes.readUInt16BE(cursor.at - 2)}`
}

interface RawRecord {
  readonly type: number
  readonly class: number
  readonly ttl: number
  readonly data: Buffer
  readonly line: string
}

function readRecord(cursor: Cursor): RawRecord {
  const owner = readName(cursor).toLowerCase()
  const { bytes, at } = cursor
  const [type, classCode] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)]
  const [ttl, length] = [bytes.readUInt32BE(at + 4), bytes.readUInt16BE(at + 8)]
  cursor.at = at + 10
  const data = readData(cursor, type, length)
  const line = `${owner} ${ttl} ${classCode === 1 ? '' : `CLASS${classCode} `}TYPE${type} ${data}`
  return { type, class: classCode, ttl, data: bytes.subarray(at + 10, at + 10 + length), line }
}

function readData(cursor: Cursor, type: number, length: number): string {
  const end = cursor.at + length
  if (end > cursor.bytes.length) throw new Error('a record reaches beyond the message')
  const parts = (layouts[type] ?? [length]).map(part => {
    if (part === 'name') return readName(cursor).toLowerCase()
    cursor.at += part
    return cursor.bytes.toString('hex', cursor.at - part, cursor.at)
  })
  if (cursor.at !== end) throw new Error(`TYPE${type}: data end at ${cursor.at}, expected ${end}`)
  return parts.join(' ')
}

function readName(cursor: Cursor): string {
  const labels: string[] = []
  let { at } = cursor
  let end: number | undefined
  for (;;) {
    const length = cursor.bytes.readUInt8(at)
    if (length >= 0xc0) {
      const target = cursor.bytes.readUInt16BE(at) & 0x3fff
      if (target >= at) throw new Error(`a pointer at ${at} leads forward to ${target}`)
      end ??= at + 2
      at = target
      continue
    }
    at += length + 1
    if (length === 0) break
    labels.push(labelText(cursor.bytes.subarray(at - length, at)))
  }
  cursor.at = end ?? at
  return `${labels.join('.')}.`
}

/** Letters, digits, `-`, `_` and `*` as they are; any other byte as \DDD. */
export function labelText(label: Uint8Array): string {
  return [...label]
    .map(byte => {
      const character = String.fromCharCode(byte)
      return /[\w*-]/.test(character) ? character : `\\${String(byte).padStart(3, '0')}`
    })
    .join('')
}

function readEdns({ class: payloadBytesMax, ttl, data }: RawRecord): ReplyEdns {
  const options: number[] = []
  for (let at = 0; at < data.length; at += 4 + data.readUInt16BE(at + 2)) options.push(data.readUInt16BE(at))
  return { payloadBytesMax, version: (ttl >>> 16) & 0xff, dnssecOk: (ttl & 0x8000) !== 0, options }
}
