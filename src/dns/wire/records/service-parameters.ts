import { type Escapes, quotedString } from '../presentation/escapes.ts'
import { stringBytes } from '../presentation/fields.ts'
import { PresentationError } from '../presentation/presentation-error.ts'
import { byteAt, uint16At } from '../reader.ts'
import { formatIpv4, parseIpv4 } from './a.ts'
import { formatIpv6, groupsAt, parseIpv6 } from './aaaa.ts'

/** RFC 9460 section 14.3. The value is as it travels. */
export interface ServiceParameter {
  readonly key: number
  readonly value: Uint8Array
}

interface ParameterKind {
  readonly name: string
  /** Of the value's text behind `=`, without quotes and escapes; undefined when it is wrong. */
  parse(text: string): Uint8Array | undefined
  /** Behind `=`; undefined when there is nothing to write. */
  format(value: Uint8Array, escapes: Escapes): string | undefined
  isValid(value: Uint8Array): boolean
}

const mandatoryKey = 0
const alpnKey = 1
const noDefaultAlpnKey = 2

/** Texts are latin1: one character a byte. */
const kinds: Readonly<Record<number, ParameterKind>> = {
  [mandatoryKey]: {
    name: 'mandatory',
    parse(text) {
      const keys = text.split(',').map(keyOf)
      if (keys.includes(undefined)) return undefined
      return uint16s(keys.map(key => key ?? 0).sort((a, b) => a - b))
    },
    format: value => uint16List(value).map(nameOf).join(','),
    isValid(value) {
      const keys = uint16List(value)
      return (
        isList(value, 2) &&
        keys.every((key, i) => key !== mandatoryKey && (i === 0 || key > (keys[i - 1] ?? 0)))
      )
    },
  },
  [alpnKey]: {
    name: 'alpn',
    parse(text) {
      const items = commaList(text)
      if (items.some(item => item.length === 0 || item.length > 255)) return undefined
      return Uint8Array.from(items.flatMap(item => [item.length, ...Buffer.from(item, 'latin1')]))
    },
    format: (value, escapes) =>
      quotedString(
        Buffer.from(
          lengthList(value)
            .map(item => item.replaceAll(/[,\\]/g, '\\$&'))
            .join(','),
          'latin1',
        ),
        escapes,
      ),
    isValid: value => value.length > 0 && lengthList(value).every(item => item.length > 0),
  },
  [noDefaultAlpnKey]: flag('no-default-alpn'),
  3: {
    name: 'port',
    parse: text => (/^\d{1,5}$/.test(text) && Number(text) <= 0xffff ? uint16s([Number(text)]) : undefined),
    format: value => String(uint16At(value, 0)),
    isValid: value => value.length === 2,
  },
  4: {
    name: 'ipv4hint',
    parse: text => Uint8Array.from(text.split(',').flatMap(parseIpv4)),
    format: value => slices(value, 4).map(formatIpv4).join(','),
    isValid: value => isList(value, 4),
  },
  5: {
    name: 'ech',
    parse: text => (/^[\w+/]+={0,2}$/.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined),
    format: value => Buffer.from(value).toString('base64'),
    isValid: value => value.length > 0,
  },
  6: {
    name: 'ipv6hint',
    parse: text => uint16s(text.split(',').flatMap(parseIpv6)),
    format: value =>
      slices(value, 16)
        .map(address => formatIpv6(groupsAt(address, 0)))
        .join(','),
    isValid: value => isList(value, 16),
  },
  7: opaque('dohpath'),
  8: flag('ohttp'),
}

function flag(name: string): ParameterKind {
  return { name, parse: () => undefined, format: () => undefined, isValid: value => value.length === 0 }
}

function opaque(name: string): ParameterKind {
  return {
    name,
    parse: text => Uint8Array.from(Buffer.from(text, 'latin1')),
    format: (value, escapes) => (value.length === 0 ? undefined : quotedString(value, escapes)),
    isValid: () => true,
  }
}

const keysByName = new Map(Object.entries(kinds).map(([key, { name }]) => [name, Number(key)]))

/** `port`, or `key65280` (RFC 9460 section 2.1), which also names a known key, whose value is then bytes. */
function keyOf(name: string): number | undefined {
  const number = Number(/^key(0|[1-9]\d{0,4})$/.exec(name)?.[1] ?? Number.NaN)
  return keysByName.get(name) ?? (number <= 0xffff ? number : undefined)
}

function nameOf(key: number): string {
  return kinds[key]?.name ?? `key${key}`
}

export function parseParameter(text: string, escapes: Escapes): ServiceParameter {
  const [, name = '', written] = /^([\da-z-]+)(?:=(.*))?$/s.exec(text) ?? []
  const key = keyOf(name)
  if (key === undefined) throw wrongParameter('is not a known parameter key', text)
  const kind = name.startsWith('key') ? opaque(name) : kinds[key]
  const value =
    written === undefined
      ? new Uint8Array(0)
      : kind?.parse(Buffer.from(stringBytes(written, escapes)).toString('latin1'))
  if (value === undefined || kinds[key]?.isValid(value) === false)
    throw wrongParameter(`is not a valid value of ${name}`, text)
  return { key, value }
}

function wrongParameter(what: string, text: string): PresentationError {
  return new PresentationError('SvcParamIllegal', `Value ${what}`, text)
}

export function formatParameter({ key, value }: ServiceParameter, escapes: Escapes): string {
  const kind = kinds[key] ?? opaque(`key${key}`)
  const text = kind.format(value, escapes)
  return text === undefined ? kind.name : `${kind.name}=${text}`
}

/** What is wrong with them, or undefined (RFC 9460 sections 2.2, 7.1.1 and 8). */
export function wrongParameters(parameters: readonly ServiceParameter[]): string | undefined {
  for (const [i, { key, value }] of parameters.entries()) {
    if (i > 0 && key <= (parameters[i - 1]?.key ?? 0)) return `key ${nameOf(key)} comes twice or out of order`
    if (kinds[key]?.isValid(value) === false) return `value of ${nameOf(key)} is not valid`
  }
  const keys = new Set(parameters.map(({ key }) => key))
  if (keys.has(noDefaultAlpnKey) && !keys.has(alpnKey)) return 'no-default-alpn needs alpn'
  const mandatory = parameters.find(({ key }) => key === mandatoryKey)
  const missing =
    mandatory === undefined ? undefined : uint16List(mandatory.value).find(key => !keys.has(key))
  return missing === undefined ? undefined : `${nameOf(missing)} is mandatory and missing`
}

/** `\,` and `\\` stand for themselves within an item (RFC 9460 appendix A.1). */
function commaList(text: string): string[] {
  const items = ['']
  for (const [part] of text.matchAll(/\\.|[^\\]|\\$/gs)) {
    if (part === ',') items.push('')
    else items[items.length - 1] += part.length === 2 ? part.slice(1) : part
  }
  return items
}

/** An item whose length leads beyond the end is given as empty, which no item is. */
function lengthList(value: Uint8Array): string[] {
  const items: string[] = []
  for (let at = 0; at < value.length; ) {
    const end = at + 1 + byteAt(value, at)
    items.push(end > value.length ? '' : Buffer.from(value.subarray(at + 1, end)).toString('latin1'))
    at = end
  }
  return items
}

function uint16s(numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers.flatMap(number => [number >>> 8, number & 0xff]))
}

function uint16List(value: Uint8Array): number[] {
  return slices(value, 2).map(pair => uint16At(pair, 0))
}

function slices(value: Uint8Array, bytes: number): Uint8Array[] {
  const count = Math.floor(value.length / bytes)
  return Array.from({ length: count }, (_, i) => value.subarray(i * bytes, (i + 1) * bytes))
}

function isList(value: Uint8Array, itemBytes: number): boolean {
  return value.length > 0 && value.length % itemBytes === 0
}
