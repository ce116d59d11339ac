import { wireLimits } from './codes.ts'
import { byteAt, type Reader, readUint8, take } from './reader.ts'
import { WireError } from './wire-error.ts'
import { type Writer, writeBytes, writeUint16 } from './writer.ts'

/**
 * A name as text: absolute, ending with a dot, case as it came, `\.` and `\\` and `\DDD` (decimal) where RFC 1035 section 5.1 asks.
 * The root is `.`.
 */
export type Name = string

/** A name for look-ups: its lower-case wire form as latin1 text, so that any bytes have exactly one key. */
export type NameKey = string

/** Text that is no name, by the word that Route 53 has for it. */
export class NameError extends WireError {
  override name = 'NameError'
  readonly problem: 'DomainLabelEmpty' | 'DomainLabelTooLong' | 'DomainNameTooLong' | 'UnsupportedCharacter'
  constructor(problem: NameError['problem'], message: string) {
    super(message)
    this.problem = problem
  }
}

export const rootKey: NameKey = '\0'

export function nameKey(name: Name): NameKey {
  return keyOfWire(nameToWire(name))
}

/** RFC 4343: only ASCII letters have case. */
export function keyOfWire(wire: Uint8Array): NameKey {
  let key = ''
  for (const byte of wire) key += String.fromCharCode(lowerByte(byte))
  return key
}

/** Label lengths (at most 63) are below `A`, so that lowering a whole wire name is safe. */
export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

/** Undefined for the root. */
export function parentKey(key: NameKey): NameKey | undefined {
  const length = key.charCodeAt(0)
  return length === 0 ? undefined : key.slice(length + 1)
}

export function isAtOrBelow(key: NameKey, ancestor: NameKey): boolean {
  let current: NameKey | undefined = key
  while (current !== undefined && current.length > ancestor.length) current = parentKey(current)
  return current === ancestor
}

export function keyToName(key: NameKey): Name {
  const labels: string[] = []
  for (let at = 0; key.charCodeAt(at) > 0; at += key.charCodeAt(at) + 1) {
    labels.push(escapeLabel(key.slice(at + 1, at + 1 + key.charCodeAt(at))))
  }
  return `${labels.join('.')}.`
}

function escapeLabel(latin1: string): string {
  return latin1.replaceAll(/[^!-~]|[.\\]/g, character =>
    character === '.' || character === '\\'
      ? `\\${character}`
      : `\\${String(character.charCodeAt(0)).padStart(3, '0')}`,
  )
}

/** Accepts a missing final dot. */
export function nameToWire(name: Name): Uint8Array {
  const wire: number[] = []
  for (const label of splitLabels(name)) {
    if (label.length === 0) throw new NameError('DomainLabelEmpty', `name ${name}: empty label`)
    if (label.length > wireLimits.labelBytesMax)
      throw new NameError('DomainLabelTooLong', `name ${name}: label longer than 63 bytes`)
    wire.push(label.length, ...label)
  }
  wire.push(0)
  if (wire.length > wireLimits.nameBytesMax)
    throw new NameError('DomainNameTooLong', `name ${name}: longer than 255 bytes`)
  return Uint8Array.from(wire)
}

function splitLabels(name: Name): number[][] {
  if (name === '.' || name === '') return []
  const labels: number[][] = [[]]
  for (let i = 0; i < name.length; i++) {
    const character = name.charCodeAt(i)
    if (character === 0x2e) labels.push([])
    else if (character === 0x5c) {
      const [byte, length] = unescape(name, i + 1)
      labels.at(-1)?.push(byte)
      i += length
    } else if (character > 0x7e)
      throw new NameError('UnsupportedCharacter', `name ${name}: expected ASCII; write other bytes as \\DDD`)
    else labels.at(-1)?.push(character)
  }
  if (labels.at(-1)?.length === 0) labels.pop()
  return labels
}

/** Ends with a dot that is not escaped. */
export function isAbsolute(name: Name): boolean {
  return /(?<!\\)(?:\\\\)*\.$/.test(name)
}

/** Every byte written in the one way that we write it. */
export function nameOfWire(wire: Uint8Array): Name {
  return readName({ bytes: wire, at: 0, end: wire.length })
}

function unescape(name: Name, at: number): [byte: number, length: number] {
  const digits = /^\d{3}/.exec(name.slice(at, at + 3))?.[0]
  if (digits !== undefined) {
    if (Number(digits) > 0xff)
      throw new NameError('UnsupportedCharacter', `name ${name}: \\${digits} is no byte`)
    return [Number(digits), 3]
  }
  const byte = name.charCodeAt(at)
  if (Number.isNaN(byte) || byte > 0xff)
    throw new NameError('UnsupportedCharacter', `name ${name}: incomplete escape`)
  return [byte, 1]
}

/**
 * Reads a name that may be compressed. A pointer must lead to before the labels it continues (RFC 1035 section 4.1.4: "a prior
 * occurrence"), so each jump goes further back and none can go round.
 */
export function readName(reader: Reader): Name {
  const labels: string[] = []
  let bytesTotal = 1
  let cursor = reader
  let start = reader.at
  for (;;) {
    const length = readUint8(cursor)
    if (length === 0) break
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | readUint8(cursor)
      if (target >= start) throw new WireError('compression pointer does not point back')
      cursor = { bytes: reader.bytes, at: target, end: reader.bytes.length }
      start = target
      continue
    }
    if (length > wireLimits.labelBytesMax) throw new WireError('unknown label type')
    bytesTotal += length + 1
    if (bytesTotal > wireLimits.nameBytesMax) throw new WireError('name longer than 255 bytes')
    const at = take(cursor, length)
    labels.push(escapeLabel(latin1Of(reader.bytes, at, at + length)))
  }
  return `${labels.join('.')}.`
}

function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(byteAt(bytes, i))
  return text
}

/**
 * Writes a name, with a pointer to the longest suffix that is there already with the same bytes (case is kept).
 */
export function writeName(writer: Writer, name: Name): void {
  const wire = nameToWire(name)
  const text = latin1Of(wire, 0, wire.length)
  for (let at = 0; byteAt(wire, at) > 0; at += byteAt(wire, at) + 1) {
    const suffix = text.slice(at)
    const offset = writer.suffixes.get(suffix)
    if (offset !== undefined) {
      writeUint16(writer, 0xc000 | offset)
      return
    }
    remember(writer, suffix, writer.base + writer.at)
    writeBytes(writer, wire.subarray(at, at + byteAt(wire, at) + 1))
  }
  writeBytes(writer, wire.subarray(wire.length - 1))
}

/** Tells the writer that `name` ends, uncompressed, at `end` of the message, so that later names can point there. */
export function rememberName(writer: Writer, name: Name, end: number): void {
  const wire = nameToWire(name)
  const text = latin1Of(wire, 0, wire.length)
  for (let at = 0; byteAt(wire, at) > 0; at += byteAt(wire, at) + 1)
    remember(writer, text.slice(at), end - wire.length + at)
}

/** For the data of types newer than RFC 1035 (RFC 3597 section 4): no pointer, and none may lead here. */
export function writeWholeName(writer: Writer, name: Name): void {
  writeBytes(writer, nameToWire(name))
}

/** A pointer has 14 bits. */
function remember(writer: Writer, suffix: string, offset: number): void {
  if (offset < 0x4000 && !writer.suffixes.has(suffix)) writer.suffixes.set(suffix, offset)
}
