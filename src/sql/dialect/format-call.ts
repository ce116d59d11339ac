import type { Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'
import { textOf } from './print-constant.ts'
import { notSupported } from './translation.ts'

/** `format('%s and %I', …)`: the parts between the places become a concatenation. */
export function formatCall(args: readonly string[], nodes: readonly Node[]): string {
  const template = textOf(nodes[0])
  if (template === undefined) throw notSupported('format with a computed template')
  const parts: string[] = []
  let next = 1
  let from = 0
  for (const found of template.matchAll(/%(?:(\d+)\$)?(-?)(\d+)?([sIL%])/g)) {
    parts.push(literal(template.slice(from, found.index)))
    from = found.index + found[0].length
    const [, position, minus, width, kind] = found
    if (kind === '%') parts.push("'%'")
    else {
      const index = position === undefined ? next : Number(position)
      next = index + 1
      const value = args[index]
      if (value === undefined) throw new EverportError('invalid_input', 'too few arguments for format()')
      parts.push(padded(written(value, kind ?? 's'), minus === '-', width))
    }
  }
  parts.push(literal(template.slice(from)))
  return `(${parts.filter(part => part !== "''").join(' || ') || "''"})`
}

function written(value: string, kind: string): string {
  if (kind === 'I') return `quote_ident(${value})`
  const text = `everport_text(${value})`
  if (kind === 'L') return `coalesce('''' || replace(${text}, '''', '''''') || '''', 'NULL')`
  return `coalesce(${text}, '')`
}

function padded(value: string, isLeft: boolean, width: string | undefined): string {
  if (width === undefined) return value
  return `CASE WHEN length(${value}) < ${width} THEN ${isLeft ? 'rpad' : 'lpad'}(${value}, ${width}, ' ') ELSE ${value} END`
}
