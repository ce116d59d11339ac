import type { TokenCursor } from './token-cursor.ts'

/** What BEGIN, START TRANSACTION and SET TRANSACTION may ask for; undefined is not asked. */
export interface TransactionModes {
  readonly isolation?: string
  readonly readOnly?: boolean
  readonly deferrable?: boolean
}

export function readTransactionModes(tokens: TokenCursor): TransactionModes {
  let modes: TransactionModes = {}
  while (!tokens.isAtEnd) {
    if (tokens.accept('isolation', 'level')) modes = { ...modes, isolation: isolationLevel(tokens) }
    else if (tokens.accept('read', 'only')) modes = { ...modes, readOnly: true }
    else if (tokens.accept('read', 'write')) modes = { ...modes, readOnly: false }
    else if (tokens.accept('not', 'deferrable')) modes = { ...modes, deferrable: false }
    else if (tokens.accept('deferrable')) modes = { ...modes, deferrable: true }
    else throw tokens.syntaxError()
    tokens.acceptSymbol(',')
  }
  return modes
}

function isolationLevel(tokens: TokenCursor): string {
  if (tokens.accept('serializable')) return 'serializable'
  if (tokens.accept('repeatable', 'read')) return 'repeatable read'
  if (tokens.accept('read', 'committed')) return 'read committed'
  if (tokens.accept('read', 'uncommitted')) return 'read uncommitted'
  throw tokens.syntaxError()
}
