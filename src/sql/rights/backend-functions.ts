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

/** `SELECT pg_cancel_backend(4711)`, and nothing beside it: an effect has no place inside a query that is planned. */
export function backendCall(tree: Node): BackendCall | undefined {
  if (!('SelectStmt' in tree)) return undefined
  const { targetList = [], fromClause, whereClause } = tree.SelectStmt
  const [target] = targetList
  if (target === undefined || targetList.length > 1 || fromClause !== undefined || whereClause !== undefined)
    return undefined
  const call = 'ResTarget' in target ? target.ResTarget.val : undefined
  if (call === undefined || !('FuncCall' in call)) return undefined
  const name = constantText(call.FuncCall.funcname?.at(-1))
  const [argument] = call.FuncCall.args ?? []
  if (name !== 'pg_cancel_backend' && name !== 'pg_terminate_backend') return undefined
  const processId = Number(constantText(argument))
  if (argument === undefined || !('A_Const' in argument) || !Number.isInteger(processId)) {
    throw new EverportError('feature_not_supported', `${name} takes the number of one session here`, {
      hint: `SELECT pid FROM everport.sessions, then SELECT ${name}(pid)`,
    })
  }
  return { name, processId }
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
