import { isAbsolute, type Name, NameError, nameOfWire, nameToWire } from '../name.ts'
import { type Escapes, parseName, unescapeString } from './escapes.ts'
import { PresentationError } from './presentation-error.ts'

/** The fields of one record's data, read one after another. */
export interface Fields {
  /** The record's type, for messages. */
  readonly type: string
  /** As written, quotes and escapes included. */
  readonly texts: readonly string[]
  at: number
  readonly escapes: Escapes
  /** What relative names continue with; without it every name is absolute, as in Route 53's values. */
  readonly origin: Name | undefined
}

export const uint8Max = 0xff
export const uint16Max = 0xffff
export const uint32Max = 0xffff_ffff

export function fieldsLeft(fields: Fields): number {
  return fields.texts.length - fields.at
}

export function takeText(fields: Fields): string {
  return fields.texts[fields.at++] ?? ''
}

export function takeRest(fields: Fields): readonly string[] {
  const rest = fields.texts.slice(fields.at)
  fields.at = fields.texts.length
  return rest
}

/** `wrong` names the problem after the type: MX → `MXRRDATAIllegalNumber`. */
export function problem(
  fields: Pick<Fields, 'type'>,
  wrong: string,
  explanation: string,
  value: string,
): PresentationError {
  return new PresentationError(`${fields.type}RRDATA${wrong}`, explanation, value)
}

export function takeUint(fields: Fields, max: number): number {
  const text = takeText(fields)
  if (!/^\d{1,10}$/.test(text) || Number(text) > max)
    throw problem(fields, 'IllegalNumber', `Value is not a whole number from 0 to ${max}`, text)
  return Number(text)
}

/** A time; zone files also write `1h30m` (BIND). */
export function takeSeconds(fields: Fields): number {
  const text = fields.texts[fields.at] ?? ''
  const seconds = fields.escapes === 'decimal' ? parseSeconds(text) : undefined
  if (seconds === undefined || seconds > uint32Max) return takeUint(fields, uint32Max)
  fields.at++
  return seconds
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** `300`, `5m`, `1w2d`; undefined for anything else. */
export function parseSeconds(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  if (!/^(?:\d{1,10}[smhdw])+$/i.test(text)) return undefined
  let total = 0
  for (const [, count, unit = 's'] of text.matchAll(/(\d+)([a-z])/gi))
    total += Number(count) * (secondsOf[unit.toLowerCase()] ?? 0)
  return total
}

export function takeName(fields: Fields): Name {
  return resolveName(takeText(fields), fields)
}

/** Absolute, each byte written in one way only. */
export function resolveName(text: string, { escapes, origin }: Pick<Fields, 'escapes' | 'origin'>): Name {
  if (text === '') throw new PresentationError('DomainNameEmpty', 'Domain name is empty', text)
  if (text === '@' && origin !== undefined) return origin
  try {
    if (text.startsWith('"')) throw new NameError('UnsupportedCharacter', `name ${text}: a quote`)
    const name = parseName(text, escapes)
    const wire = nameToWire(name)
    if (origin === undefined || isAbsolute(name)) return nameOfWire(wire)
    return nameOfWire(nameToWire(origin === '.' ? `${name}.` : `${name}.${origin}`))
  } catch (error) {
    if (error instanceof NameError)
      throw new PresentationError(error.problem, nameProblems[error.problem], text)
    throw error
  }
}

const nameProblems: Readonly<Record<NameError['problem'], string>> = {
  DomainLabelEmpty: 'Domain label is empty',
  DomainLabelTooLong: 'Domain label is too long',
  DomainNameTooLong: 'Domain name is too long',
  UnsupportedCharacter: 'Value contains unsupported characters',
}

/** RFC 1035 section 3.3: a character string has at most 255 bytes. */
const stringBytesMax = 255

export function takeString(fields: Fields): Uint8Array {
  const text = takeText(fields)
  const bytes = stringBytes(text, fields.escapes)
  if (bytes.length > stringBytesMax)
    throw new PresentationError('CharacterStringTooLong', 'Value is too long', text)
  return bytes
}

/** Of any length. */
export function stringBytes(text: string, escapes: Escapes): Uint8Array {
  return unescapeString(text.startsWith('"') ? text.slice(1, -1) : text, escapes)
}

/** All that is left, hexadecimal digits with or without blanks between. */
export function takeHex(fields: Fields): Uint8Array {
  const digits = takeRest(fields).join('')
  if (digits.length % 2 !== 0 || !/^[\da-f]*$/i.test(digits))
    throw problem(fields, 'IllegalHex', 'Value is not a sequence of hexadecimal bytes', digits)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

export function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
