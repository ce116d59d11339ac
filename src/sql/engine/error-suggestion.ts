import { nearest } from '../../base/nearest.ts'
import { postgresName } from './duckdb-error-rules.ts'

const castHint =
  'No function matches the given name and argument types. You might need to add explicit type casts.'
/** More of them help nobody. */
const signaturesMax = 8
/** What only the engine has, and no session may read. */
const isOwn = /^(?:sqlite_|duckdb_|pragma_)/

/**
 * What the engine adds to an error, for a client: of the names that it offers the one that is like `wrong`, which may be absent; the
 * signatures of a function by PostgreSQL's names of types. All else as it is. Undefined: nothing that helps.
 */
export function suggestion(rest: string, wrong: string | undefined): string | undefined {
  if (rest.startsWith('Candidate functions:')) return [castHint, signatures(rest)].filter(Boolean).join(' ')
  if (!/^(?:Candidate (?:bindings|tables)|Did you mean)/.test(rest)) return rest === '' ? undefined : rest
  const offered = [...rest.matchAll(/"([^"]+)"/g)]
    .map(([, name = '']) => name)
    .filter(name => !isOwn.test(name))
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
  const found = nearest(wrong ?? '', offered.map(last))
  const whole = offered.find(name => last(name) === found)
  if (whole === undefined) return undefined
  return rest.startsWith('Candidate bindings')
    ? `Perhaps you meant to reference the column "${whole}".`
    : `Did you mean "${whole}"?`
}

function signatures(rest: string): string {
  const taken = [...rest.matchAll(/^\s*(\w+)\(([^\n]*)\) -> /gm)].map(
    ([, name = '', types = '']) =>
      `${name}(${types.replaceAll(/[A-Z][A-Z0-9_ ]*/g, type => postgresName(type))})`,
  )
  // PostgreSQL has no numbers without a sign.
  const shown = [...new Set(taken)].filter(signature => !/\bu\w*int\b|tinyint|bignum/.test(signature))
  return shown.length === 0 || shown.length > signaturesMax ? '' : `There is ${shown.join(', ')}.`
}
