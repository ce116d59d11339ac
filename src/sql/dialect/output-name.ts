import type { Node, SelectStmt, SQLValueFunctionOp } from 'libpg-query'
import { lastName, stringOf } from './translation.ts'

/** How PostgreSQL names an output column without AS (FigureColname of its parser). */
export function outputName(value: Node | undefined): string {
  return figure(value)?.name ?? '?column?'
}

interface Figured {
  readonly name: string
  /** A name that a cast or CASE around it does not displace. */
  readonly isStrong: boolean
}

function figure(node: Node | undefined): Figured | undefined {
  if (node === undefined) return undefined
  if ('ColumnRef' in node) return strong(lastName(node.ColumnRef.fields))
  if ('FuncCall' in node) return strong(lastName(node.FuncCall.funcname))
  if ('A_Indirection' in node) {
    const { indirection, arg } = node.A_Indirection
    return strong((indirection ?? []).map(stringOf).findLast(name => name !== '')) ?? figure(arg)
  }
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined
  if ('TypeCast' in node) {
    const inner = figure(node.TypeCast.arg)
    return inner?.isStrong ? inner : weak(lastName(node.TypeCast.typeName?.names))
  }
  if ('CollateClause' in node) return figure(node.CollateClause.arg)
  if ('CaseExpr' in node) {
    const inner = figure(node.CaseExpr.defresult)
    return inner?.isStrong ? inner : weak('case')
  }
  if ('SubLink' in node) return ofSubquery(node.SubLink.subLinkType, node.SubLink.subselect)
  if ('A_ArrayExpr' in node) return strong('array')
  if ('RowExpr' in node) return strong('row')
  if ('CoalesceExpr' in node) return strong('coalesce')
  if ('GroupingFunc' in node) return strong('grouping')
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest')
  if ('SQLValueFunction' in node) return strong(sqlValueNames[node.SQLValueFunction.op ?? 'SVFOP_USER'])
  if ('JsonObjectConstructor' in node) return strong('json_object')
  if ('JsonArrayConstructor' in node) return strong('json_array')
  return undefined
}

function strong(name: string | undefined): Figured | undefined {
  return name === undefined || name === '' ? undefined : { name, isStrong: true }
}

function weak(name: string): Figured {
  return { name, isStrong: false }
}

function ofSubquery(kind: string | undefined, query: Node | undefined): Figured | undefined {
  if (kind === 'EXISTS_SUBLINK') return strong('exists')
  if (kind === 'ARRAY_SUBLINK') return strong('array')
  if (kind !== 'EXPR_SUBLINK' || query === undefined || !('SelectStmt' in query)) return undefined
  const target = leftmost(query.SelectStmt).targetList?.[0]
  if (target === undefined || !('ResTarget' in target)) return undefined
  return strong(target.ResTarget.name) ?? figure(target.ResTarget.val)
}

function leftmost(query: SelectStmt): SelectStmt {
  return query.larg === undefined ? query : leftmost(query.larg)
}

const sqlValueNames: Readonly<Record<SQLValueFunctionOp, string>> = {
  SVFOP_CURRENT_DATE: 'current_date',
  SVFOP_CURRENT_TIME: 'current_time',
  SVFOP_CURRENT_TIME_N: 'current_time',
  SVFOP_CURRENT_TIMESTAMP: 'current_timestamp',
  SVFOP_CURRENT_TIMESTAMP_N: 'current_timestamp',
  SVFOP_LOCALTIME: 'localtime',
  SVFOP_LOCALTIME_N: 'localtime',
  SVFOP_LOCALTIMESTAMP: 'localtimestamp',
  SVFOP_LOCALTIMESTAMP_N: 'localtimestamp',
  SVFOP_CURRENT_ROLE: 'current_role',
  SVFOP_CURRENT_USER: 'current_user',
  SVFOP_USER: 'user',
  SVFOP_SESSION_USER: 'session_user',
  SVFOP_CURRENT_CATALOG: 'current_catalog',
  SVFOP_CURRENT_SCHEMA: 'current_schema',
}
