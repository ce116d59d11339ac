import { EverportError } from '../../base/errors.ts'
import { identifier } from '../../base/sql-text.ts'
import { type CopyOptions, type CopyWishes, copyOptions } from './copy-options.ts'
import { type InnerQuery, innerQuery } from './inner-query.ts'
import type { TokenCursor } from './token-cursor.ts'

export interface CopyCommand {
  readonly kind: 'copy'
  readonly query: InnerQuery
  readonly options: CopyOptions
}

/**
 * COPY {view [(columns)] | (query)} TO STDOUT [[WITH] (options)], and the options as they were written before PostgreSQL 9.0. Anything
 * else that COPY can do writes, or touches files of the server, and is refused with PostgreSQL's SQLSTATE.
 */
export function readCopy(tokens: TokenCursor): CopyCommand {
  const isBinary = tokens.accept('binary')
  const query = tokens.acceptSymbol('(') ? parenthesized(tokens) : ofView(tokens)
  if (tokens.accept('from')) {
    throw new EverportError('read_only', 'cannot execute COPY FROM in a read-only transaction', {
      hint: 'this node answers queries; data is changed where it lives',
    })
  }
  if (!tokens.accept('to')) throw tokens.syntaxError()
  if (tokens.keyword !== 'stdout' && tokens.keyword !== 'stdin') throw refusedPlace(tokens)
  tokens.acceptOneOf('stdout', 'stdin')
  tokens.accept('with')
  const wishes = tokens.acceptSymbol('(') ? readOptions(tokens) : readOldOptions(tokens)
  return { kind: 'copy', query, options: copyOptions(isBinary ? { format: 'binary', ...wishes } : wishes) }
}

function parenthesized(tokens: TokenCursor): InnerQuery {
  const close = tokens.closingParenthesis()
  const query = innerQuery(tokens, close)
  tokens.skipTo(close)
  if (!tokens.acceptSymbol(')')) throw tokens.syntaxError()
  return query
}

function ofView(tokens: TokenCursor): InnerQuery {
  let name = identifier(tokens.name())
  while (tokens.acceptSymbol('.')) name += `.${identifier(tokens.name())}`
  const columns = tokens.acceptSymbol('(') ? readNames(tokens).map(identifier).join(', ') : '*'
  return { text: `select ${columns} from ${name}`, isMadeUp: true }
}

function refusedPlace(tokens: TokenCursor): EverportError {
  if (tokens.kind !== 'string' && tokens.keyword !== 'program') return tokens.syntaxError()
  const [what, role] =
    tokens.keyword === 'program'
      ? ['an external program', 'pg_execute_server_program']
      : ['a file', 'pg_write_server_files']
  const message = `must be superuser or have privileges of the ${role} role to COPY to or from ${what}`
  return new EverportError('insufficient_privilege', message, {
    hint: "Anyone can COPY to stdout. psql's \\copy command also works for anyone.",
  })
}

function readNames(tokens: TokenCursor): string[] {
  const names = [tokens.name()]
  while (tokens.acceptSymbol(',')) names.push(tokens.name())
  if (!tokens.acceptSymbol(')')) throw tokens.syntaxError()
  return names
}

/** (FORMAT csv, HEADER, DELIMITER ';' …), behind its opening parenthesis. */
function readOptions(tokens: TokenCursor): CopyWishes {
  const wishes: { -readonly [K in keyof CopyWishes]: CopyWishes[K] } = {}
  do {
    const name = tokens.name()
    if (Object.hasOwn(wishes, name)) {
      throw new EverportError('syntax_error', 'conflicting or redundant options')
    }
    if (name === 'force_quote') wishes.force_quote = readColumns(tokens)
    else if (name === 'header') wishes.header = tokens.isAt(',', ')') ? 'true' : tokens.value()
    else if (isTextOption(name)) wishes[name] = tokens.value()
    else throw new EverportError('syntax_error', `option "${name}" not recognized`)
  } while (tokens.acceptSymbol(','))
  if (!tokens.acceptSymbol(')')) throw tokens.syntaxError()
  return wishes
}

const textOptions = ['format', 'delimiter', 'null', 'quote', 'escape', 'encoding'] as const

function isTextOption(name: string): name is (typeof textOptions)[number] {
  return (textOptions as readonly string[]).includes(name)
}

function readColumns(tokens: TokenCursor): readonly string[] | '*' {
  if (tokens.acceptSymbol('*')) return '*'
  if (!tokens.acceptSymbol('(')) throw tokens.syntaxError()
  return readNames(tokens)
}

/** BINARY, DELIMITER ';', NULL '', CSV HEADER QUOTE '"' ESCAPE '"' FORCE QUOTE a, b: in any order, with AS or without. */
function readOldOptions(tokens: TokenCursor): CopyWishes {
  let wishes: CopyWishes = {}
  while (!tokens.isAtEnd) {
    const found = readOldOption(tokens)
    if (Object.keys(found).some(name => Object.hasOwn(wishes, name))) {
      throw new EverportError('syntax_error', 'conflicting or redundant options')
    }
    wishes = { ...wishes, ...found }
  }
  return wishes
}

function readOldOption(tokens: TokenCursor): CopyWishes {
  if (tokens.accept('force', 'quote')) return { force_quote: readOldColumns(tokens) }
  const word = tokens.acceptOneOf(
    'binary',
    'csv',
    'header',
    'delimiter',
    'delimiters',
    'null',
    'quote',
    'escape',
  )
  if (word === undefined) throw tokens.syntaxError()
  if (word === 'binary' || word === 'csv') return { format: word }
  if (word === 'header') return { header: 'true' }
  tokens.accept('as')
  return { [word === 'delimiters' ? 'delimiter' : word]: tokens.value() }
}

function readOldColumns(tokens: TokenCursor): readonly string[] | '*' {
  if (tokens.acceptSymbol('*')) return '*'
  const names = [tokens.name()]
  while (tokens.acceptSymbol(',')) names.push(tokens.name())
  return names
}
