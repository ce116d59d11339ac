import { type CopyCommand, readCopy } from './copy-command.ts'
import {
  type CloseCommand,
  type DeclareCommand,
  type FetchCommand,
  readClose,
  readDeclare,
  readFetch,
} from './cursor-commands.ts'
import { nextToken } from './lexer.ts'
import {
  type ExecuteCommand,
  type ExplainExecuteCommand,
  type PrepareCommand,
  readExecute,
  readExplainExecute,
  readPrepare,
} from './prepare-commands.ts'
import { TokenCursor } from './token-cursor.ts'
import { readTransactionModes, type TransactionModes } from './transaction-modes.ts'

/** A statement that the session answers by itself. */
export type SessionCommand =
  | { readonly kind: 'begin'; readonly tag: string; readonly modes: TransactionModes }
  | { readonly kind: 'commit' | 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint' | 'release' | 'rollbackTo'; readonly name: string }
  | {
      readonly kind: 'set'
      readonly isLocal: boolean
      readonly name: string
      readonly value: string | undefined
    }
  | { readonly kind: 'setModes'; readonly of: 'transaction' | 'session'; readonly modes: TransactionModes }
  | { readonly kind: 'setConstraints' }
  | { readonly kind: 'reset'; readonly name: string | undefined }
  | { readonly kind: 'show'; readonly name: string | undefined }
  | { readonly kind: 'discard'; readonly what: 'all' | 'plans' | 'sequences' | 'temp' }
  | { readonly kind: 'deallocate'; readonly name: string | undefined }
  | FetchCommand
  | CloseCommand
  | PrepareCommand
  | ExecuteCommand

/** `declare`, `copy` and `explainExecute`: the session's, with a query in it that is the engine's. */
export type Classified =
  | SessionCommand
  | DeclareCommand
  | CopyCommand
  | ExplainExecuteCommand
  | { readonly kind: 'engine' }

const engine: Classified = { kind: 'engine' }
const readers: Readonly<Record<string, (tokens: TokenCursor) => Classified>> = {
  begin: tokens => readBegin(tokens, 'BEGIN'),
  start: tokens => readBegin(tokens, 'START TRANSACTION'),
  commit: readCommit,
  end: readCommit,
  rollback: readRollback,
  abort: readRollback,
  savepoint: tokens => ({ kind: 'savepoint', name: tokens.name() }),
  release: readRelease,
  set: readSet,
  reset: readReset,
  show: readShow,
  discard: readDiscard,
  deallocate: readDeallocate,
  declare: readDeclare,
  fetch: tokens => readFetch(tokens, 'fetch'),
  move: tokens => readFetch(tokens, 'move'),
  close: readClose,
  copy: readCopy,
  prepare: tokens => readPrepare(tokens) ?? engine,
  execute: readExecute,
  explain: tokens => readExplainExecute(tokens) ?? engine,
}

/** Who answers one statement. Throws 'syntax_error' for a session command that is wrong. */
export function classifyStatement(text: string): Classified {
  const first = nextToken(text, 0)
  if (first?.kind !== 'word') return engine
  const keyword = text.slice(first.start, first.end).toLowerCase()
  const reader = Object.hasOwn(readers, keyword) ? readers[keyword] : undefined
  if (reader === undefined) return engine
  const tokens = new TokenCursor(text)
  tokens.accept(keyword)
  const command = reader(tokens)
  if (command.kind !== 'engine') tokens.end()
  return command
}

function readBegin(tokens: TokenCursor, tag: string): Classified {
  const word = tokens.acceptOneOf('transaction', 'work')
  if (tag !== 'BEGIN' && word !== 'transaction') throw tokens.syntaxError()
  return { kind: 'begin', tag, modes: readTransactionModes(tokens) }
}

function readCommit(tokens: TokenCursor): Classified {
  if (tokens.keyword === 'prepared') return engine
  tokens.acceptOneOf('transaction', 'work')
  return { kind: 'commit', chain: readChain(tokens) }
}

function readRollback(tokens: TokenCursor): Classified {
  if (tokens.keyword === 'prepared') return engine
  tokens.acceptOneOf('transaction', 'work')
  if (!tokens.accept('to')) return { kind: 'rollback', chain: readChain(tokens) }
  tokens.accept('savepoint')
  return { kind: 'rollbackTo', name: tokens.name() }
}

function readChain(tokens: TokenCursor): boolean {
  if (tokens.accept('and', 'no', 'chain')) return false
  return tokens.accept('and', 'chain')
}

function readRelease(tokens: TokenCursor): Classified {
  tokens.accept('savepoint')
  return { kind: 'release', name: tokens.name() }
}

function readSet(tokens: TokenCursor): Classified {
  if (tokens.accept('session', 'characteristics', 'as', 'transaction')) {
    return { kind: 'setModes', of: 'session', modes: readTransactionModes(tokens) }
  }
  if (tokens.accept('transaction'))
    return { kind: 'setModes', of: 'transaction', modes: readTransactionModes(tokens) }
  if (tokens.accept('constraints')) {
    while (!tokens.isAtEnd) if (!tokens.acceptSymbol(',')) tokens.name()
    return { kind: 'setConstraints' }
  }
  const scope = tokens.keyword === 'local' ? tokens.acceptOneOf('local') : undefined
  if (scope === undefined && tokens.accept('session', 'authorization'))
    return setTo(false, 'session_authorization', tokens)
  if (scope === undefined) tokens.accept('session')
  const isLocal = scope === 'local'
  if (tokens.accept('session', 'authorization')) return setTo(isLocal, 'session_authorization', tokens)
  if (tokens.accept('time', 'zone')) return setTo(isLocal, 'timezone', tokens)
  if (tokens.accept('names')) return setTo(isLocal, 'client_encoding', tokens)
  if (tokens.accept('schema')) return setTo(isLocal, 'search_path', tokens)
  if (tokens.accept('role')) return setTo(isLocal, 'role', tokens)
  const name = readSettingName(tokens)
  if (!tokens.accept('to') && !tokens.acceptSymbol('=')) throw tokens.syntaxError()
  return setTo(isLocal, name, tokens)
}

function setTo(isLocal: boolean, name: string, tokens: TokenCursor): Classified {
  if (tokens.isAtEnd && name === 'client_encoding') return { kind: 'set', isLocal, name, value: undefined }
  if (tokens.accept('default')) return { kind: 'set', isLocal, name, value: undefined }
  if (name === 'timezone' && tokens.accept('local')) return { kind: 'set', isLocal, name, value: undefined }
  const values = [tokens.value()]
  while (tokens.acceptSymbol(',')) values.push(tokens.value())
  return { kind: 'set', isLocal, name, value: values.join(', ') }
}

/** A setting of an extension has a dotted name. */
function readSettingName(tokens: TokenCursor): string {
  let name = tokens.name()
  while (tokens.acceptSymbol('.')) name += `.${tokens.name()}`
  return name
}

function readReset(tokens: TokenCursor): Classified {
  if (tokens.accept('all')) return { kind: 'reset', name: undefined }
  return { kind: 'reset', name: readShownName(tokens) }
}

/** What the engine lists; any other name is a setting's, or a mistake. */
const shownByEngine: ReadonlySet<string> = new Set(['tables', 'databases', 'schemas', 'views', 'columns'])

function readShow(tokens: TokenCursor): Classified {
  if (tokens.accept('all')) return tokens.isAtEnd ? { kind: 'show', name: undefined } : engine
  if (tokens.kind !== 'word' && tokens.kind !== 'identifier') return engine
  const name = readShownName(tokens)
  return tokens.isAtEnd && !shownByEngine.has(name) ? { kind: 'show', name } : engine
}

function readShownName(tokens: TokenCursor): string {
  if (tokens.accept('time', 'zone')) return 'timezone'
  if (tokens.accept('transaction', 'isolation', 'level')) return 'transaction_isolation'
  if (tokens.accept('session', 'authorization')) return 'session_authorization'
  return readSettingName(tokens)
}

function readDiscard(tokens: TokenCursor): Classified {
  if (tokens.accept('temporary')) return { kind: 'discard', what: 'temp' }
  const what = tokens.acceptOneOf('all', 'plans', 'sequences', 'temp')
  if (what === undefined) throw tokens.syntaxError()
  return { kind: 'discard', what: what as 'all' | 'plans' | 'sequences' | 'temp' }
}

function readDeallocate(tokens: TokenCursor): Classified {
  tokens.accept('prepare')
  if (tokens.accept('all')) return { kind: 'deallocate', name: undefined }
  return { kind: 'deallocate', name: tokens.name() }
}
