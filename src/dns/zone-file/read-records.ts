import { nearest } from '../../base/nearest.ts'
import { isAtOrBelow, type Name, nameKey } from '../wire/name.ts'
import { parseSeconds, resolveName, uint32Max } from '../wire/presentation/fields.ts'
import { PresentationError } from '../wire/presentation/presentation-error.ts'
import { parseRecordFields } from '../wire/records/record-value.ts'
import { codecOfType, knownTypes, type RecordData } from '../wire/records/table.ts'
import { WireError } from '../wire/wire-error.ts'
import { type Entry, readEntries, type Token } from './read-entries.ts'
import { mistakesMax, type ZoneFileMistake } from './zone-file-mistake.ts'

/** A record and where it stands. */
export interface PlacedRecord {
  readonly name: Name
  readonly ttlSeconds: number
  readonly data: RecordData
  readonly line: number
  readonly column: number
}

export interface ReadRecords {
  readonly records: readonly PlacedRecord[]
  readonly mistakes: readonly ZoneFileMistake[]
}

/** What lines inherit from those before. */
interface Context {
  origin: Name
  owner: Name | undefined
  ttlDefault: number | undefined
  ttlBefore: number | undefined
}

class Mistaken extends Error {
  readonly token: Token
  constructor(token: Token, message: string) {
    super(message)
    this.token = token
  }
}

/** RFC 2308 section 4: TTLs have 31 bits. */
const ttlSecondsMax = 0x7fff_ffff

/** Every record of a zone file, and every mistake in it. `zone` is the origin until `$ORIGIN` says otherwise. */
export function readRecords(text: string, zone: Name): ReadRecords {
  const { entries, mistakes: unread } = readEntries(text)
  const context: Context = { origin: zone, owner: undefined, ttlDefault: undefined, ttlBefore: undefined }
  const records: PlacedRecord[] = []
  const mistakes = [...unread]
  for (const entry of entries) {
    if (mistakes.length >= mistakesMax) break
    try {
      const record = readEntry(entry, context, zone)
      if (record !== undefined) records.push(record)
    } catch (error) {
      if (!(error instanceof Mistaken)) throw error
      const { line, column } = error.token
      mistakes.push({ line, column, message: error.message })
    }
  }
  return { records, mistakes: mistakes.sort((a, b) => a.line - b.line || a.column - b.column) }
}

function readEntry(entry: Entry, context: Context, zone: Name): PlacedRecord | undefined {
  const [first] = entry.tokens
  if (first === undefined) return undefined
  if (first.text.startsWith('$')) {
    readDirective(first, entry.tokens.slice(1), context)
    return undefined
  }
  const rest = entry.isIndented ? [...entry.tokens] : entry.tokens.slice(1)
  if (!entry.isIndented) context.owner = nameAt(first, context.origin)
  const owner = context.owner
  if (owner === undefined) throw new Mistaken(first, 'a record without a name, and none before it')
  const ttl = takeTtlAndClass(rest)
  const type = takeType(rest, first)
  if (!isAtOrBelow(nameKey(owner), nameKey(zone)))
    throw new Mistaken(first, `${owner} is not within the zone ${zone}`)
  const data = dataOf(type, rest, context.origin)
  const ttlSeconds = ttl ?? context.ttlDefault ?? context.ttlBefore ?? ttlOfSoa(data)
  if (ttlSeconds === undefined)
    throw new Mistaken(type, 'no TTL: give the record one, or put $TTL 300 above it')
  context.ttlBefore = ttlSeconds
  return { name: owner, ttlSeconds, data, line: first.line, column: first.column }
}

function readDirective(directive: Token, [value, ...others]: readonly Token[], context: Context): void {
  const name = directive.text.toUpperCase()
  if (name !== '$ORIGIN' && name !== '$TTL')
    throw new Mistaken(directive, unsupported[name] ?? unknownDirective(directive))
  if (value === undefined) throw new Mistaken(directive, `${name} needs a value`)
  if (others[0] !== undefined) throw new Mistaken(others[0], `expected nothing behind the value of ${name}`)
  if (name === '$ORIGIN') context.origin = nameAt(value, context.origin)
  else {
    const seconds = ttlOf(value.text)
    if (seconds === undefined)
      throw new Mistaken(value, `expected a TTL such as 300 or 5m, found ${value.text}`)
    context.ttlDefault = seconds
  }
}

const unsupported: Readonly<Record<string, string>> = {
  $INCLUDE: '$INCLUDE is not read: put the records of that file here, or import it by itself',
  $GENERATE: '$GENERATE is not read: write the records out',
}

function unknownDirective({ text }: Token): string {
  return `unknown directive ${text}: $ORIGIN and $TTL are known; a name that begins with a dollar is written \\$`
}

function nameAt(token: Token, origin: Name): Name {
  return explained(token, () => resolveName(token.text, { escapes: 'decimal', origin }))
}

/** In either order (RFC 1035 section 5.1); takes them off. */
function takeTtlAndClass(tokens: Token[]): number | undefined {
  let ttl: number | undefined
  let hasClass = false
  for (;;) {
    const [next] = tokens
    if (next === undefined || tokens.length === 1) return ttl
    const seconds = ttl === undefined ? ttlOf(next.text) : undefined
    if (seconds !== undefined) ttl = seconds
    else if (!hasClass && /^(?:IN|CH|CS|HS|CLASS\d{1,5})$/i.test(next.text)) {
      if (!/^(?:IN|CLASS1)$/i.test(next.text))
        throw new Mistaken(next, `expected class IN, found ${next.text}`)
      hasClass = true
    } else return ttl
    tokens.shift()
  }
}

function ttlOf(text: string): number | undefined {
  const seconds = parseSeconds(text)
  return seconds !== undefined && seconds <= ttlSecondsMax ? seconds : undefined
}

function takeType(tokens: Token[], before: Token): Token {
  const type = tokens.shift()
  if (type === undefined) throw new Mistaken(before, 'expected a record type behind the name')
  if (parseSeconds(type.text) !== undefined)
    throw new Mistaken(type, `expected a record type, found ${type.text}; a TTL is at most ${ttlSecondsMax}`)
  return type
}

function dataOf(type: Token, tokens: readonly Token[], origin: Name): RecordData {
  const mnemonic = canonicalType(type)
  const texts = tokens.map(token => token.text)
  if (texts.length === 0) throw new Mistaken(type, `${mnemonic}: no data behind the type`)
  const fields = { type: mnemonic, texts, at: 0, escapes: 'decimal', origin } as const
  try {
    return parseRecordFields({ ...fields })
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const wrong = error instanceof PresentationError ? error.value : undefined
    const place = tokens.find(token => token.text === wrong) ?? tokens[0] ?? type
    throw new Mistaken(place, `${mnemonic}: ${messageOf(error)}`)
  }
}

/** Types of questions and of single messages, which no zone holds (RFC 6895 section 3.1), and OPT. */
const metaTypeFirst = 128
const metaTypeLast = 255
const optType = 41

function canonicalType(token: Token): string {
  const written = token.text.toUpperCase()
  try {
    const { code, type } = codecOfType(written)
    if ((code >= metaTypeFirst && code <= metaTypeLast) || code === optType || code === 0)
      throw new Mistaken(token, `${token.text} is no type of a zone's records`)
    return type
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const meant = nearest(written, knownTypes)
    throw new Mistaken(
      token,
      `unknown record type ${token.text}${meant === undefined ? '' : `, perhaps ${meant}`}; others are written TYPE65280 \\# LENGTH HEX`,
    )
  }
}

function ttlOfSoa(data: RecordData): number | undefined {
  return data.type === 'SOA' ? Math.min(data.minimumSeconds, ttlSecondsMax, uint32Max) : undefined
}

function explained<T>(token: Token, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof WireError) throw new Mistaken(token, messageOf(error))
    throw error
  }
}

/** Route 53's words are for its own API. */
function messageOf(error: WireError): string {
  if (!(error instanceof PresentationError)) return error.message
  const explanation = error.explanation.charAt(0).toLowerCase() + error.explanation.slice(1)
  return `${explanation}: ${error.value === '' ? 'nothing' : error.value}`
}
