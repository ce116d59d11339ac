import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'
import { notSupported } from './translation.ts'

/** to_char with a constant format: of a date or time when the format names fields of one, else of a number. */
export function toChar(value: string, format: string | undefined): string {
  if (format === undefined) throw notSupported('to_char with a computed format')
  if (/^(FM)?(HH24|MI|SS|[^A-Za-z0-9"])+$/i.test(format)) return clockToChar(value, format)
  return /[90]/.test(format.replaceAll(/"[^"]*"/g, ''))
    ? numberToChar(value, format)
    : instantToChar(value, format)
}

/** Hours, minutes and seconds are also those of an interval, of which there may be any number of hours. */
function clockToChar(value: string, format: string): string {
  const isFilled = /^FM/i.test(format)
  const pieces = (isFilled ? format.slice(2) : format).split(/(HH24|MI|SS)/i).map((text, i) => {
    if (i % 2 === 0) return literal(text)
    const unit = { HH24: 'hour', MI: 'minute', SS: 'second' }[text.toUpperCase()] ?? 'second'
    return `everport_clock(date_part('${unit}', ${value}), ${isFilled && i === 1 ? 1 : 2})`
  })
  return `(${pieces.filter(piece => piece !== "''").join(' || ')})`
}

type Piece = (value: string) => string

const strftime =
  (code: string): Piece =>
  value =>
    `strftime(${value}, '${code}')`

const padded =
  (piece: Piece, width: number): Piece =>
  value =>
    `rpad(${piece(value)}, ${width}, ' ')`

const cased =
  (piece: Piece, how: 'upper' | 'lower'): Piece =>
  value =>
    `${how}(${piece(value)})`

const part =
  (sql: (value: string) => string, width: number): Piece =>
  value =>
    `lpad(CAST(${sql(value)} AS VARCHAR), ${width}, '0')`

const dotted =
  (piece: Piece): Piece =>
  value =>
    `regexp_replace(${piece(value)}, '(.)', '\\1.', 'g')`

const secondOfDay: Piece = value =>
  `CAST(date_part('hour', ${value}) * 3600 + date_part('minute', ${value}) * 60 + date_part('second', ${value}) AS VARCHAR)`

const secondFractions = [1, 2, 3, 4, 5, 6].map(
  digits => [`FF${digits}`, (value: string) => `left(strftime(${value}, '%f'), ${digits})`] as const,
)

/** The longest that fits is taken. */
const fieldPieces: (readonly [string, Piece])[] = [
  ['HH24', strftime('%H')],
  ['HH12', strftime('%I')],
  ['IYYY', strftime('%G')],
  ['YYYY', strftime('%Y')],
  ['MONTH', padded(cased(strftime('%B'), 'upper'), 9)],
  ['Month', padded(strftime('%B'), 9)],
  ['month', padded(cased(strftime('%B'), 'lower'), 9)],
  ['DAY', padded(cased(strftime('%A'), 'upper'), 9)],
  ['Day', padded(strftime('%A'), 9)],
  ['day', padded(cased(strftime('%A'), 'lower'), 9)],
  ['DDD', strftime('%j')],
  ['MON', cased(strftime('%b'), 'upper')],
  ['Mon', strftime('%b')],
  ['mon', cased(strftime('%b'), 'lower')],
  ['HH', strftime('%I')],
  ['MI', strftime('%M')],
  ['SS', strftime('%S')],
  ['MS', strftime('%g')],
  ['US', strftime('%f')],
  ['YY', strftime('%y')],
  ['MM', strftime('%m')],
  ['DD', strftime('%d')],
  ['DY', cased(strftime('%a'), 'upper')],
  ['Dy', strftime('%a')],
  ['dy', cased(strftime('%a'), 'lower')],
  ['IW', strftime('%V')],
  ['ID', strftime('%u')],
  ['WW', part(value => `(dayofyear(${value}) - 1) // 7 + 1`, 2)],
  ['AM', strftime('%p')],
  ['PM', strftime('%p')],
  ['am', cased(strftime('%p'), 'lower')],
  ['pm', cased(strftime('%p'), 'lower')],
  ...['A.M.', 'P.M.'].map(name => [name, dotted(strftime('%p'))] as const),
  ...['a.m.', 'p.m.'].map(name => [name, dotted(cased(strftime('%p'), 'lower'))] as const),
  ['SSSSS', secondOfDay],
  ['SSSS', secondOfDay],
  ...secondFractions,
  ['TZH', () => literal('+00')],
  ['TZM', () => literal('00')],
  // All sessions are in UTC.
  ['TZ', () => literal('UTC')],
  ['tz', () => literal('utc')],
  ['OF', () => literal('+00')],
  ['CC', part(value => `date_part('century', ${value})`, 2)],
  ['W', part(value => `(day(${value}) - 1) // 7 + 1`, 1)],
  ['J', part(value => `CAST(julian(${value}) AS BIGINT)`, 7)],
  ['Q', part(value => `quarter(${value})`, 1)],
  ['D', part(value => `dayofweek(${value}) + 1`, 1)],
]
fieldPieces.sort(([one], [other]) => other.length - one.length)

const caseless: ReadonlySet<string> = new Set([
  'HH24',
  'HH12',
  'IYYY',
  'YYYY',
  'DDD',
  'HH',
  'MI',
  'SS',
  'MS',
  'US',
  'YY',
  'MM',
  'DD',
  'IW',
  'ID',
  'WW',
  'J',
  'Q',
  'D',
  'W',
  'SSSSS',
  'SSSS',
  'CC',
  'OF',
  'TZH',
  'TZM',
  ...secondFractions.map(([name]) => name),
])

function instantToChar(value: string, format: string): string {
  const pieces: string[] = []
  let i = 0
  while (i < format.length) {
    const rest = format.slice(i)
    if (rest.startsWith('"')) {
      const end = rest.indexOf('"', 1)
      const text = rest.slice(1, end < 0 ? undefined : end)
      pieces.push(literal(text))
      i += text.length + 2
      continue
    }
    const fill = /^FM/i.test(rest) ? 2 : 0
    const found = fieldAt(rest.slice(fill))
    if (found === undefined) {
      if (fill === 0 && /^[A-Za-z]/.test(rest))
        throw notSupported(`to_char with the pattern ${rest.split(/[^A-Za-z]/)[0]}`)
      if (fill === 0) pieces.push(literal(rest.slice(0, 1)))
      i += fill === 0 ? 1 : fill
      continue
    }
    const [name, piece] = found
    let text = piece(value)
    if (fill > 0) text = `regexp_replace(rtrim(${text}), '^0+(.)', '\\1')`
    i += fill + name.length
    const ordinal = /^(th|TH)/.exec(format.slice(i))?.[0]
    if (ordinal !== undefined) {
      text = `(${text} || ${ordinal === 'TH' ? 'upper' : ''}(everport_ordinal(CAST(${text} AS BIGINT))))`
      i += 2
    }
    pieces.push(text)
  }
  return pieces.length === 0 ? "''" : `(${pieces.join(' || ')})`
}

function fieldAt(text: string): readonly [string, Piece] | undefined {
  return fieldPieces.find(([name]) =>
    caseless.has(name) ? text.toUpperCase().startsWith(name) : text.startsWith(name),
  )
}

/** What stands around the digits: a sign, and text such as a currency or a percent sign. */
const around = String.raw`(?:"[^"]*"|[^0-9A-Za-z.,"]|L)*`
const numberPattern = new RegExp(
  `^(FM)?(${around})(SG|S|MI)?(${around})([9,0G]*)(?:([.D])([90]*))?(SG|S|MI|PR)?(${around})$`,
  'i',
)

/** `FM999,990.00`: digits, a point, groups, signs and text around them. */
function numberToChar(value: string, format: string): string {
  const match = numberPattern.exec(format)
  if (match === null) throw notSupported(`to_char with the pattern ${format}`)
  const [, fill, before = '', sign = '', between = '', whole = '', , fraction = '', end = '', after = ''] =
    match
  if (sign !== '' && end !== '') throw notSupported(`to_char with the pattern ${format}`)
  const digits = whole.replaceAll(/[^90]/g, '')
  const zero = digits.indexOf('0')
  const leastDigits = zero < 0 ? (fraction === '' ? 1 : 0) : digits.length - zero
  const isApart = /^(MI|PR|SG)$/i.test(sign + end) || end !== ''
  const number = `CAST(${value} AS DECIMAL(38, 10))`
  const settings = [
    isApart ? `abs(${number})` : number,
    String(digits.length),
    String(leastDigits),
    String(fraction.length),
    /[,G]/i.test(whole) ? 'TRUE' : 'FALSE',
    fill === undefined ? 'FALSE' : 'TRUE',
    sign === '' || isApart ? "''" : "'+'",
    String(whole.length),
  ]
  let text = `everport_to_char(${settings.join(', ')})`
  // FM leaves out zeros at the end that no 0 asks for.
  const kept = fraction.lastIndexOf('0') + 1
  if (fill !== undefined && kept !== fraction.length)
    text = `regexp_replace(${text}, '(\\.\\d{${kept}}\\d*?)0+$', '\\1')`
  if (isApart) text = signed(text, number, (sign + end).toUpperCase(), end === '', fill !== undefined)
  const parts = [plainText(before), plainText(between), text, plainText(after)].filter(one => one !== "''")
  return parts.length === 1 ? text : `(${parts.join(' || ')})`
}

/** Where no column is kept for the sign before the digits. */
function signed(text: string, number: string, sign: string, isFirst: boolean, isFilled: boolean): string {
  const digits = isFilled ? text : `${text}[2:]`
  const blank = isFilled ? "''" : "' '"
  if (sign === 'PR') {
    const open = `regexp_replace(${text}, '^( *) ([^ ]+)$', '\\1<\\2>')`
    return `CASE WHEN ${number} < 0 THEN ${isFilled ? `'<' || ${text} || '>'` : open} ELSE ${isFilled ? text : `${text} || ' '`} END`
  }
  const mark = `CASE WHEN ${number} < 0 THEN '-' ELSE ${sign === 'MI' ? blank : "'+'"} END`
  return isFirst ? `(${mark} || ${digits})` : `(${digits} || ${mark})`
}

/** In the C locale a currency is a blank. */
function plainText(text: string): string {
  return literal(text.replaceAll(/"([^"]*)"|L/gi, (_, quoted: string | undefined) => quoted ?? ' '))
}

/** to_number with a constant format of digits, a point, groups and a sign: a minus anywhere makes the number negative. */
export function toNumber(value: string, format: string | undefined): string {
  if (format === undefined) throw notSupported('to_number with a computed format')
  const match = /^(?:FM)?(?:S|MI)?[90,G]*(?:[.D]([90]*))?(?:S|MI)?$/i.exec(format)
  if (match === null) throw notSupported(`to_number with the pattern ${format}`)
  const digits = `regexp_replace(${value}, '[^0-9.]', '', 'g')`
  return `CAST(CASE WHEN contains(${value}, '-') THEN '-' ELSE '' END || ${digits} AS DECIMAL(38, ${match[1]?.length ?? 0}))`
}

const readCodes: readonly (readonly [string, string])[] = [
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['YYYY', '%Y'],
  ['MONTH', '%B'],
  ['MON', '%b'],
  ['DDD', '%j'],
  ['DAY', '%A'],
  ['HH', '%I'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['MS', '%g'],
  ['US', '%f'],
  ['YY', '%y'],
  ['MM', '%m'],
  ['DD', '%d'],
  ['DY', '%a'],
  ['AM', '%p'],
  ['PM', '%p'],
]

/** to_date and to_timestamp with a constant format. */
export function toInstant(value: string, format: string | undefined): string {
  if (format === undefined) throw notSupported('to_timestamp with a computed format')
  let code = ''
  let i = 0
  const text = format.replaceAll(/FM|FX/g, '')
  while (i < text.length) {
    const rest = text.slice(i)
    const found = readCodes.find(([name]) => rest.toUpperCase().startsWith(name))
    if (found === undefined && /^[A-Za-z]/.test(rest))
      throw new EverportError('feature_not_supported', `the pattern ${rest} of to_timestamp is not supported`)
    code += found === undefined ? rest.slice(0, 1).replace('%', '%%') : found[1]
    i += found === undefined ? 1 : found[0].length
  }
  return `strptime(${value}, ${literal(code)})`
}
