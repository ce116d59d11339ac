import { tokens } from '../statements/token-text.ts'

const words: ReadonlySet<string> = new Set('select as true false null and or not where is'.split(' '))

/**
 * Whether a text for the engine asks for nothing but what it says itself, as `SELECT 1` does: no relation, no function, no type, whose meaning may be another one
 * the next time. What is bound for it once holds as long as its connection.
 */
export function isConstantText(text: string): boolean {
  const found = tokens(text)
  return found.every(({ kind, text: own }, i) => {
    const before = found[i - 1]
    if (kind === 'word') return words.has(own)
    // Elsewhere a quoted name may be a column, or current_date.
    if (kind === 'quoted') return before?.text === 'as'
    // Behind a name it begins the arguments of a call.
    if (own === '(') return before?.kind !== 'quoted'
    return true
  })
}
