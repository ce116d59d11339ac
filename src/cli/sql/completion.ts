import { identifier } from '../../base/sql-text.ts'
import { commandNames } from './command.ts'
import { formats } from './options.ts'

/** What Tab offers: names of views and columns, and the words of SQL. */
export interface Names {
  readonly tables: readonly string[]
  readonly columns: readonly string[]
}

export const noNames: Names = { tables: [], columns: [] }

const keywords =
  `select from where group by order limit offset having join left right full inner outer cross on using as and or
  not in is null like ilike between exists distinct case when then else end union all except intersect with values count sum avg min
  max cast coalesce extract date timestamp interval true false asc desc nulls first last explain show set begin commit rollback`
    .split(/\s+/)
    .sort()

/** Keywords that a name of a table follows. */
const beforeTable = /\b(?:from|join|table|describe|summarize)\s+[\w".]*$/i

/** Candidates for the word that `line` ends with, and that word, as readline's completer returns them. */
export function complete(line: string, names: Names): [string[], string] {
  const command = /^\s*(\\\S*)(\s+)?(\S*)$/.exec(line)
  if (command !== null)
    return completeCommand(command[1] ?? '', command[2] !== undefined, command[3] ?? '', names)
  const word = /[\w"$.\u0080-\uffff]*$/.exec(line)?.[0] ?? ''
  // After "alias." or "table." only columns fit.
  const dot = word.lastIndexOf('.')
  if (dot >= 0) return candidates(names.columns, word.slice(dot + 1))
  if (beforeTable.test(line)) return candidates(names.tables, word)
  if (word === '') return [[], word]
  return candidates([...names.tables, ...names.columns, ...inCaseOf(word)], word)
}

function completeCommand(
  command: string,
  hasArgument: boolean,
  argument: string,
  names: Names,
): [string[], string] {
  if (!hasArgument) return candidates(commandNames, command)
  if (command === '\\d') return candidates(names.tables, argument)
  if (command === '\\format') return candidates(formats, argument)
  if (command === '\\timing' || command === '\\x') return candidates(['on', 'off'], argument)
  return [[], argument]
}

function inCaseOf(word: string): readonly string[] {
  return word === word.toUpperCase() && word !== word.toLowerCase()
    ? keywords.map(k => k.toUpperCase())
    : keywords
}

function candidates(all: readonly string[], word: string): [string[], string] {
  const start = word.replace(/^"/, '').toLowerCase()
  const found = all.filter(name => name.toLowerCase().startsWith(start)).map(quoteIfNeeded)
  return [[...new Set(found)], word]
}

/** A name that PostgreSQL would fold or not take as it is. */
function quoteIfNeeded(name: string): string {
  const isPlain =
    /^[a-z_][a-z0-9_$]*$/.test(name) || name.startsWith('\\') || keywords.includes(name.toLowerCase())
  return isPlain ? name : identifier(name)
}
