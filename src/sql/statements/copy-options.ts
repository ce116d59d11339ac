import { EverportError } from '../../base/errors.ts'

export type CopyFormat = 'text' | 'csv' | 'binary'

/** What COPY TO STDOUT writes. Characters are ASCII. */
export interface CopyOptions {
  readonly format: CopyFormat
  readonly hasHeader: boolean
  readonly delimiter: string
  /** What stands for null. */
  readonly nullText: string
  readonly quote: string
  readonly escape: string
  /** Columns whose values are quoted though they need not be. */
  readonly forceQuote: readonly string[] | '*'
}

/** As a statement asks for them: option names are PostgreSQL's. */
export interface CopyWishes {
  readonly format?: string
  readonly header?: string
  readonly delimiter?: string
  readonly null?: string
  readonly quote?: string
  readonly escape?: string
  readonly encoding?: string
  readonly force_quote?: readonly string[] | '*'
}

/** Checks them against each other, in PostgreSQL's order and words. */
export function copyOptions(wishes: CopyWishes): CopyOptions {
  const format = formatOf(wishes.format ?? 'text')
  if (format === 'binary') checkBinary(wishes)
  if (wishes.encoding !== undefined && !/^(?:utf-?8|unicode)$/i.test(wishes.encoding)) {
    throw new EverportError(
      'feature_not_supported',
      `encoding "${wishes.encoding}" is not supported by COPY`,
      {
        hint: 'Only UTF8 is available.',
      },
    )
  }
  const isCsv = format === 'csv'
  const quote = wishes.quote ?? '"'
  const options: CopyOptions = {
    format,
    hasHeader: headerOf(wishes.header ?? 'false'),
    delimiter: wishes.delimiter ?? (isCsv ? ',' : '\t'),
    nullText: wishes.null ?? (isCsv ? '' : '\\N'),
    quote,
    escape: wishes.escape ?? quote,
    forceQuote: wishes.force_quote ?? [],
  }
  checkDelimiter(options)
  checkCsvOnly(wishes, isCsv)
  if (isCsv) checkCsv(options)
  return options
}

function formatOf(text: string): CopyFormat {
  if (text === 'text' || text === 'csv' || text === 'binary') return text
  throw new EverportError('invalid_input', `COPY format "${text}" not recognized`)
}

function headerOf(text: string): boolean {
  const value = text.toLowerCase()
  if (['true', 'on', '1', 'yes'].includes(value)) return true
  if (['false', 'off', '0', 'no'].includes(value)) return false
  if (value === 'match') throw new EverportError('invalid_input', 'cannot use "match" with HEADER in COPY TO')
  throw new EverportError('syntax_error', 'header requires a Boolean value or "match"')
}

function checkBinary(wishes: CopyWishes): void {
  for (const name of ['delimiter', 'null'] as const) {
    if (wishes[name] === undefined) continue
    throw new EverportError('syntax_error', `cannot specify ${name.toUpperCase()} in BINARY mode`)
  }
  if (wishes.header !== undefined && headerOf(wishes.header))
    throw notSupported('cannot specify HEADER in BINARY mode')
}

function checkDelimiter({ format, delimiter, nullText }: CopyOptions): void {
  if (!isOneByte(delimiter)) throw notSupported('COPY delimiter must be a single one-byte character')
  if (/[\r\n]/.test(delimiter)) throw invalid('COPY delimiter cannot be newline or carriage return')
  if (/[\r\n]/.test(nullText)) throw invalid('COPY null representation cannot use newline or carriage return')
  // These would be taken for escapes or data by who reads it.
  if (format === 'text' && /[\\.a-z0-9]/.test(delimiter))
    throw invalid(`COPY delimiter cannot be "${delimiter}"`)
  if (format !== 'binary' && nullText.includes(delimiter)) {
    throw notSupported('COPY delimiter must not appear in the NULL specification')
  }
}

function checkCsvOnly(wishes: CopyWishes, isCsv: boolean): void {
  if (isCsv) return
  if (wishes.quote !== undefined) throw notSupported('COPY quote available only in CSV mode')
  if (wishes.escape !== undefined) throw notSupported('COPY escape available only in CSV mode')
  if (wishes.force_quote !== undefined) throw notSupported('COPY force quote available only in CSV mode')
}

function checkCsv({ delimiter, quote, escape, nullText }: CopyOptions): void {
  if (!isOneByte(quote)) throw notSupported('COPY quote must be a single one-byte character')
  if (delimiter === quote) throw invalid('COPY delimiter and quote must be different')
  if (!isOneByte(escape)) throw notSupported('COPY escape must be a single one-byte character')
  if (nullText.includes(quote))
    throw notSupported('CSV quote character must not appear in the NULL specification')
}

function isOneByte(text: string): boolean {
  return text.length === 1 && text.charCodeAt(0) < 0x80 && text !== '\0'
}

const notSupported = (message: string): EverportError => new EverportError('feature_not_supported', message)
const invalid = (message: string): EverportError => new EverportError('invalid_input', message)
