import type { Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'

/** The options of a statement, in their order. */
export function optionsOf(nodes: readonly Node[] | undefined): [name: string, value: Node | undefined][] {
  return (nodes ?? []).flatMap(node =>
    'DefElem' in node ? [[node.DefElem.defname ?? '', node.DefElem.arg] as [string, Node | undefined]] : [],
  )
}

/** A constant as it was written. The parser leaves out a zero. */
export function constantText(node: Node | undefined): string {
  if (node === undefined) return ''
  if ('String' in node) return node.String.sval ?? ''
  if ('Integer' in node) return String(node.Integer.ival ?? 0)
  if ('Float' in node) return node.Float.fval ?? ''
  if ('Boolean' in node) return node.Boolean.boolval === true ? 'on' : 'off'
  if ('A_Const' in node) {
    const { sval, ival, fval, boolval } = node.A_Const
    if (sval !== undefined) return sval.sval ?? ''
    if (fval !== undefined) return fval.fval ?? ''
    if (boolval !== undefined) return boolval.boolval === true ? 'on' : 'off'
    return ival === undefined ? '' : String(ival.ival ?? 0)
  }
  if ('TypeName' in node) return (node.TypeName.names ?? []).map(constantText).at(-1) ?? ''
  return ''
}

export function unsupported(what: string): EverportError {
  return new EverportError('feature_not_supported', `${what} is not supported`)
}
