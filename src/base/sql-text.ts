/** Names and strings as PostgreSQL and the engine read them. */

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** For what may come from anywhere: text of PostgreSQL holds no zero byte, so those are left out. */
export function literalWithoutZeros(text: string): string {
  return literal(text.replaceAll('\0', ''))
}
