import { EverportError } from '../../base/errors.ts'

/** Gives a setting's value in its usual spelling; throws what PostgreSQL says of a wrong one. */
export type Check = (name: string, value: string) => string

/** A setting that a client chose is kept as long as the session lives. */
const textMax = 8_192

export const text: Check = (name, value) => {
  if (value.length > textMax)
    throw invalid(name, value.slice(0, 40), `It has more than ${textMax} characters.`)
  return value
}

const booleans: Readonly<Record<string, string>> = {
  on: 'on',
  true: 'on',
  yes: 'on',
  '1': 'on',
  off: 'off',
  false: 'off',
  no: 'off',
  '0': 'off',
}

export const boolean: Check = (name, value) => {
  const known = Object.hasOwn(booleans, value.toLowerCase()) ? booleans[value.toLowerCase()] : undefined
  if (known === undefined)
    throw new EverportError('invalid_input', `parameter "${name}" requires a Boolean value`)
  return known
}

/** Views are read; there is nothing to write to. PostgreSQL says this of a standby. */
export const readOnly: Check = (name, value) => {
  if (boolean(name, value) === 'on') return 'on'
  throw new EverportError(
    'feature_not_supported',
    'cannot set transaction read-write mode: this server is read only',
  )
}

export function oneOf(...values: string[]): Check {
  return (name, value) => {
    const found = values.includes('on') && values.length === 1 ? boolean(name, value) : value.toLowerCase()
    if (values.includes(found)) return found
    throw invalid(name, value, `Available values: ${values.join(', ')}.`)
  }
}

export function integer(min: number, max: number): Check {
  return (name, value) => {
    const number = Number(value)
    if (value.trim() === '' || !Number.isInteger(number)) throw invalid(name, value)
    if (number >= min && number <= max) return String(number)
    throw new EverportError(
      'invalid_input',
      `${number} is outside the valid range for parameter "${name}" (${min} .. ${max})`,
    )
  }
}

const unitsMs: Readonly<Record<string, number>> = {
  '': 1,
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const shownUnits = ['d', 'h', 'min', 's', 'ms'] as const

/** Kept, and shown, in the largest unit that needs no fraction: 5000 is '5s'. */
export const durationMs: Check = (name, value) => {
  const milliseconds = parseDurationMs(value)
  if (milliseconds === undefined)
    throw invalid(name, value, 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".')
  if (milliseconds < 0 || milliseconds > 2_147_483_647) {
    throw new EverportError(
      'invalid_input',
      `${milliseconds} ms is outside the valid range for parameter "${name}" (0 .. 2147483647)`,
    )
  }
  if (milliseconds === 0) return '0'
  const unit = shownUnits.find(candidate => milliseconds % (unitsMs[candidate] ?? 1) === 0) ?? 'ms'
  return `${milliseconds / (unitsMs[unit] ?? 1)}${unit}`
}

export function parseDurationMs(value: string): number | undefined {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d|)\s*$/.exec(value)
  if (match === null) return undefined
  return Math.round(Number(match[1]) * (unitsMs[match[2] ?? ''] ?? 1))
}

/** Texts travel as UTF-8. SQL_ASCII, which psql asks for in the C locale, means "as they are". */
export const clientEncoding: Check = (name, value) => {
  const plain = value.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (plain === 'utf8' || plain === 'unicode') return 'UTF8'
  if (plain === 'sqlascii') return 'SQL_ASCII'
  throw invalid(name, value, 'Only UTF8 is available.')
}

const dateOrders: Readonly<Record<string, string>> = {
  mdy: 'MDY',
  us: 'MDY',
  noneuropean: 'MDY',
  dmy: 'DMY',
  euro: 'DMY',
  european: 'DMY',
  ymd: 'YMD',
}

export const dateStyle: Check = (name, value) => {
  let order = 'MDY'
  for (const part of value.toLowerCase().split(',')) {
    const word = part.trim()
    if (word === 'iso' || word === 'default') continue
    const found = Object.hasOwn(dateOrders, word) ? dateOrders[word] : undefined
    if (found === undefined) throw invalid(name, value, 'Dates are shown in ISO style only.')
    order = found
  }
  return `ISO, ${order}`
}

/** An IANA name, or an offset as POSIX and SQL write it. */
export const timeZone: Check = (name, value) => {
  if (/^(?:<[\w+-]+>|[A-Za-z]{3,})?[+-]?\d{1,2}(?::\d{2}){0,2}(?:[A-Za-z]{3,})?$/.test(value)) return value
  try {
    return /^(?:utc|gmt|z|zulu)$/i.test(value)
      ? value.toUpperCase()
      : new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone
  } catch {
    throw invalid(name, value)
  }
}

/** Becoming somebody else is not offered; `none` is oneself. */
export const nobodyElse: Check = (name, value) => {
  if (value.toLowerCase() === 'none') return 'none'
  const what = name === 'role' ? 'set role' : 'set session authorization'
  throw new EverportError('insufficient_privilege', `permission denied to ${what} "${value}"`)
}

function invalid(name: string, value: string, hint?: string): EverportError {
  return new EverportError(
    'invalid_input',
    `invalid value for parameter "${name}": "${value}"`,
    hint === undefined ? {} : { hint },
  )
}
