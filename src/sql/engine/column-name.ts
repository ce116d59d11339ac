import type { Token } from '../statements/token-text.ts'
import { postgresTypes } from './postgres-types.ts'

/**
 * The engine names an unnamed expression after its text, `count_star()`; PostgreSQL after its function, its type, or `?column?`. Names that
 * come from data must stay, so only what the statement itself can have made is renamed: a call that stands in it, and, where nothing is
 * read from anywhere, any other expression.
 */
export function columnNames(found: readonly Token[]): (name: string, typeOid: number) => string {
  const given = new Set(found.filter(token => token.kind === 'quoted').map(token => token.text))
  const called = new Set(found.filter((_, i) => found[i + 1]?.text === '(').map(token => token.text))
  const reads = found.some(token => token.kind === 'word' && token.text === 'from')
  return (name, typeOid) => {
    if (given.has(name) || (isIdentifier.test(name) && name !== 'NULL')) return name
    const call = callText.exec(name)?.[1]?.toLowerCase()
    if (call === 'count_star' && called.has('count')) return 'count'
    if (call !== undefined && called.has(call) && call !== 'cast') return call
    if (reads) return name
    return name.startsWith('CAST(') ? (typeName.get(typeOid) ?? unnamed) : unnamed
  }
}

const unnamed = '?column?'
const isIdentifier = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/
const callText = /^(?:main\.)?"?(\w+)"?\([^]*\)$/
const typeName: ReadonlyMap<number, string> = new Map(
  Object.entries(postgresTypes).map(([name, { oid }]) => [oid, name]),
)
