import type { Node, TypeCast, TypeName } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'
import { instantText } from './instant-text.ts'
import { intervalText } from './interval-text.ts'
import { isTruncatedDate } from './print-call.ts'
import { numberOf, printConstant, textOf } from './print-constant.ts'
import { printExpression, printOne } from './print-expression.ts'
import { isParameter, listLiteral } from './print-operator.ts'
import { isArray, isEngineType, modifiersOf, printType, typeNameOf } from './print-type.ts'
import { place, type Translation } from './translation.ts'

/**
 * A cast. What stands in quotes is read here by PostgreSQL's rules, which the engine's differ from; what is computed goes through a macro where the engine would read
 * or write it in another way.
 */
export function printCast({ arg, typeName, location }: TypeCast, translation: Translation): string {
  if (typeName === undefined) return printOne(arg, translation)
  const at = place(location)
  if (!isArray(typeName) && registered.has(typeNameOf(typeName)))
    return at + printRegistered(arg, typeName, translation)
  const text = textOf(arg)
  if (text !== undefined) return at + located(arg, () => castText(text, typeName))
  const number = numberOf(arg)
  if (number !== undefined && typeNameOf(typeName) === 'numeric' && modifiersOf(typeName).length === 0)
    return at + printNumeric(number)
  return at + castValue(arg, typeName, translation)
}

/** Types whose values are OIDs and whose text is a name. */
const registered: ReadonlyMap<string, string> = new Map([
  ['regclass', 'regclass'],
  ['regtype', 'regtype'],
  ['regproc', 'regproc'],
  ['regprocedure', 'regproc'],
  ['regnamespace', 'regnamespace'],
  ['regrole', 'regrole'],
])

/** The OID, which is what such a value is compared by. A name becomes one when the statement runs. */
function printRegistered(arg: Node | undefined, type: TypeName, translation: Translation): string {
  const name = registered.get(typeNameOf(type)) ?? ''
  const facts = factsOf(name, translation)
  if (arg === undefined) return 'NULL'
  if (textOf(arg) !== undefined) return `everport_${name}(${printOne(arg, translation)}${facts})`
  // The text of a parameter is looked up; an OID stays what it is.
  if (isParameter(arg)) {
    const value = `CAST(${printExpression(arg, translation)} AS VARCHAR)`
    return `(SELECT everport_${name}(ev_p${facts}) FROM (SELECT ${value} AS ev_p))`
  }
  if ('TypeCast' in arg && isText(arg.TypeCast.typeName))
    return `everport_${name}(${printExpression(arg, translation)}${facts})`
  return `CAST(${printOne(arg, translation)} AS UINTEGER)`
}

function isText(type: TypeName | undefined): boolean {
  return type !== undefined && /^(text|varchar|name|cstring)$/.test(typeNameOf(type))
}

/** `x::regclass` where a client sees it, or as text: the name. Undefined for all other expressions. */
export function printRegisteredName(node: Node | undefined, translation: Translation): string | undefined {
  if (node === undefined || !('TypeCast' in node)) return undefined
  const { arg, typeName, location } = node.TypeCast
  if (typeName === undefined || isArray(typeName)) return undefined
  const name = registered.get(typeNameOf(typeName))
  if (name === undefined) return undefined
  return `${place(location)}everport_${name}_text(${printRegistered(arg, typeName, translation)}${factsOf(name, translation)})`
}

function factsOf(name: string, { context }: Translation): string {
  const facts = context.functionFacts?.(name, [])
  return facts === undefined ? '' : `, ${facts}`
}

/** What is wrong with a constant is said where it stands. */
function located(node: Node | undefined, read: () => string): string {
  try {
    return read()
  } catch (error) {
    const location = node !== undefined && 'A_Const' in node ? node.A_Const.location : undefined
    if (!(error instanceof EverportError) || location === undefined || location < 0) throw error
    throw new EverportError(error.code, error.message, { position: location + 1 })
  }
}

const integerTypes: Readonly<Record<string, string>> = { int2: 'smallint', int4: 'integer', int8: 'bigint' }

function castText(text: string, type: TypeName): string {
  const name = typeNameOf(type)
  if (isArray(type)) {
    const list = listLiteral(text)
    return `CAST(${list ?? literal(text)} AS ${printType(type)})`
  }
  const integerType = integerTypes[name]
  if (integerType !== undefined && !/^\s*[+-]?\d+\s*$/.test(text)) throw invalid(integerType, text)
  if (name === 'bool') return booleanOf(text) ? 'TRUE' : 'FALSE'
  if (name === 'interval') return castInterval(text, type)
  if (name === 'numeric' && modifiersOf(type).length === 0) return printNumeric(text.trim())
  if (name === 'float4' || name === 'float8') return castFloat(text, name)
  if (name === 'bytea') return castBytes(text)
  if (name === 'date' || name.startsWith('timestamp')) return castInstant(text, name, type)
  if (precisionOf(type) !== undefined)
    return toPrecision(`CAST(${literal(text)} AS ${printType(type)})`, type)
  return lengthLimited(literal(text), type)
}

function invalid(type: string, text: string): EverportError {
  return new EverportError('invalid_text', `invalid input syntax for type ${type}: "${text}"`)
}

/** Unique beginnings of these words, in any case, and 1 and 0. */
function booleanOf(text: string): boolean {
  const word = text.trim().toLowerCase()
  const begins = (whole: string, least: number): boolean => word.length >= least && whole.startsWith(word)
  if (begins('true', 1) || begins('yes', 1) || word === 'on' || word === '1') return true
  if (begins('false', 1) || begins('no', 1) || begins('off', 2) || word === '0') return false
  throw invalid('boolean', text)
}

function castInterval(text: string, type: TypeName): string {
  const [field] = modifiersOf(type)
  const read = intervalText(text, field)
  if (read === undefined)
    throw new EverportError('invalid_datetime', `invalid input syntax for type interval: "${text}"`)
  return `CAST(${literal(read)} AS INTERVAL)`
}

function printNumeric(text: string): string {
  if (/^[+-]?(inf|infinity|nan)$/i.test(text)) return `CAST(${literal(text)} AS DOUBLE)`
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw invalid('numeric', text)
  const hasPoint = /[.eE]/.test(text)
  const printed = printConstant({ fval: { fval: (hasPoint ? text : `${text}.`).replace(/^\+/, '') } })
  return printed
}

function castFloat(text: string, name: string): string {
  const word = text.trim()
  const type = name === 'float4' ? 'FLOAT' : 'DOUBLE'
  if (!/^[+-]?(inf|infinity|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(word))
    throw invalid(name === 'float4' ? 'real' : 'double precision', text)
  if (/\d/.test(word) && !Number.isFinite(Number(word)))
    throw new EverportError('out_of_range', `"${word}" is out of range for type double precision`)
  return `CAST(${literal(word)} AS ${type})`
}

/** Hex form, or escapes of the older form. */
function castBytes(text: string): string {
  if (text.startsWith('\\x')) {
    const digits = text.slice(2).replaceAll(/\s/g, '')
    if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw invalid('bytea', text)
    return `unhex(${literal(digits)})`
  }
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
      code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
    )
  return `unhex(${literal(Buffer.from(bytes, 'latin1').toString('hex'))})`
}

const relativeDays: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 }

function castInstant(source: string, name: string, type: TypeName): string {
  const text = instantText(source)
  const word = text.trim().toLowerCase()
  const engineType = printType(type)
  if (word === 'now') return `CAST(now() AS ${engineType})`
  if (word === 'epoch') return `CAST('1970-01-01' AS ${engineType})`
  if (precisionOf(type) !== undefined && name !== 'date')
    return toPrecision(castInstant(source, name, { ...type, typmods: [] }), type)
  const days = relativeDays[word]
  if (days !== undefined) return `CAST(CAST(now() AS DATE) + ${days} AS ${engineType})`
  if (name === 'date' && /^\d{8}$/.test(word))
    return `CAST('${word.slice(0, 4)}-${word.slice(4, 6)}-${word.slice(6)}' AS DATE)`
  // A date is also read from a timestamp, the rest of which does not matter.
  if (name === 'date' && /^\d+-\d+-\d+[ t]\d/.test(word))
    return `CAST(CAST(${literal(text)} AS TIMESTAMP) AS DATE)`
  if (name !== 'date' && /^\d+-\d+-\d+[ t]\d{1,2}$/.test(word))
    return `CAST(${literal(`${text.trim()}:00`)} AS ${engineType})`
  return `CAST(${literal(text)} AS ${engineType})`
}

function castValue(arg: Node | undefined, type: TypeName, translation: Translation): string {
  // Inside the query that stands for a parameter, where its type is looked for.
  if (translation.parameterless > 0 && arg !== undefined && 'ParamRef' in arg)
    return `(SELECT ${castValue(arg, type, { ...translation, parameterless: 0 })})`
  const name = typeNameOf(type)
  const value =
    (isText(type) ? printRegisteredName(arg, translation) : undefined) ?? printOne(arg, translation)
  // The cast says which type a parameter has; the client's text is read by that type's rules where it is bound.
  if (arg !== undefined && 'ParamRef' in arg && !isArray(type)) {
    const typed = `CAST(${value} AS ${printType(type)})`
    return modifiersOf(type).length > 0 ? lengthLimited(typed, type) : typed
  }
  if (!isArray(type)) {
    // The zone is UTC: back from an instant is a matter of counting, where the engine would ask its calendar.
    if ((name === 'date' || name === 'timestamp') && isTruncatedDate(arg, translation))
      return `CAST(everport_plain(${value}) AS ${printType(type)})`
    if (Object.hasOwn(integerTypes, name)) return `everport_${name}(${value})`
    if (name === 'text' || name === 'varchar' || name === 'bpchar' || name === 'name' || name === 'char')
      return lengthLimited(`everport_text(${value})`, type)
    if (precisionOf(type) !== undefined) return toPrecision(`CAST(${value} AS ${printType(type)})`, type)
    if (!isEngineType(name)) return `CAST(${value} AS ${printType(type)})`
  }
  return `CAST(${value} AS ${printType(type)})`
}

/** Digits of the second that a type keeps, where it keeps fewer than all. */
function precisionOf(type: TypeName): number | undefined {
  const [digits] = modifiersOf(type)
  const isInstant = /^time(stamp)?(tz)?$/.test(typeNameOf(type))
  return isInstant && digits !== undefined && digits < secondDigits ? digits : undefined
}

const secondDigits = 6

function toPrecision(value: string, type: TypeName): string {
  const step = 10 ** (secondDigits - (precisionOf(type) ?? secondDigits))
  return `everport_${typeNameOf(type)}_precision(${value}, ${step})`
}

/** `varchar(3)` and `char(3)` cut, `char` pads; CHAR alone is CHAR(1). */
function lengthLimited(value: string, type: TypeName): string {
  const name = typeNameOf(type)
  const [length] = modifiersOf(type)
  if (name === 'varchar' && length !== undefined) return `left(${value}, ${length})`
  if (name === 'bpchar' && length !== undefined) return `rpad(${value}, ${length}, ' ')`
  if (name === 'char') return `left(${value}, 1)`
  return `CAST(${value} AS ${printType(type)})`
}
