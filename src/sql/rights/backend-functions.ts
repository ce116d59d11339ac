import type { Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import type { EngineSession, PreparedStatement } from '../engine/engine.ts'
import { constantText } from './tree.ts'

/** What an admin may do to other sessions of this node. False: there is no such session. */
export interface Backends {
  cancel(processId: number): boolean
  terminate(processId: number): boolean
  /** Whose session it is. */
  userOf(processId: number): string | undefined
}

export interface BackendCall {
  readonly name: 'pg_cancel_backend' | 'pg_terminate_backend'
  readonly processId: number
}

/** `SELECT pg_cancel_backend(4711)`, or the same of the one row of pg_stat_activity, and nothing beside it: an effect has no place inside a query that is planned. */
export function backendCall(tree: Node): BackendCall | undefined {
  if (!('SelectStmt' in tree)) return undefined
  const { targetList = [], fromClause, whereClause } = tree.SelectStmt
  const [target] = targetList
  if (target === undefined || targetList.length > 1) return undefined
  const call = 'ResTarget' in target ? target.ResTarget.val : undefined
  if (call === undefined || !('FuncCall' in call)) return undefined
  const name = constantText(call.FuncCall.funcname?.at(-1))
  if (name !== 'pg_cancel_backend' && name !== 'pg_terminate_backend') return undefined
  const [given] = call.FuncCall.args ?? []
  const isPlain = fromClause === undefined && whereClause === undefined
  const argument = isPlain ? given : isPid(given) ? onlyPid(fromClause, whereClause) : undefined
  const processId = Number(constantText(argument))
  if (argument === undefined || !('A_Const' in argument) || !Number.isInteger(processId)) {
    throw new EverportError('feature_not_supported', `${name} takes the number of one session here`, {
      hint: `SELECT pid FROM everport.sessions, then SELECT ${name}(pid)`,
    })
  }
  return { name, processId }
}

/** `FROM pg_stat_activity WHERE pid = 4711`, as tools write it. */
function onlyPid(from: readonly Node[] | undefined, where: Node | undefined): Node | undefined {
  const [item, second] = from ?? []
  const relation = item !== undefined && 'RangeVar' in item ? item.RangeVar.relname : undefined
  if (relation !== 'pg_stat_activity' || second !== undefined) return undefined
  if (where === undefined || !('A_Expr' in where) || constantText(where.A_Expr.name?.at(-1)) !== '=')
    return undefined
  return isPid(where.A_Expr.lexpr) ? where.A_Expr.rexpr : undefined
}

function isPid(node: Node | undefined): boolean {
  return node !== undefined && 'ColumnRef' in node && constantText(node.ColumnRef.fields?.at(-1)) === 'pid'
}

/** Runs when the statement does, not when it is prepared. */
export async function backendStatement(
  call: BackendCall,
  session: EngineSession,
  viewer: { readonly role: string; readonly isAdmin: () => boolean },
  backends: Backends,
): Promise<PreparedStatement> {
  const answer = (did: boolean): Promise<PreparedStatement> =>
    session.prepare(`SELECT ${did} AS ${call.name}`, [])
  const shown = await answer(true)
  let ran: PreparedStatement | undefined
  return {
    parameterTypeOids: [],
    columns: shown.columns,
    commandTag: 'SELECT',
    async execute(parameters, formats) {
      const isOwn = backends.userOf(call.processId) === viewer.role
      if (!isOwn && !viewer.isAdmin()) {
        const what = call.name === 'pg_cancel_backend' ? 'cancel query' : 'terminate process'
        throw new EverportError('insufficient_privilege', `permission denied to ${what}`)
      }
      ran?.close()
      ran = await answer(
        call.name === 'pg_cancel_backend'
          ? backends.cancel(call.processId)
          : backends.terminate(call.processId),
      )
      return ran.execute(parameters, formats)
    },
    close() {
      shown.close()
      ran?.close()
    },
  }
}
