import { EverportError } from '../../base/errors.ts'
import type { Token } from '../statements/token-text.ts'

/** What the engine may be asked: statements that only read. */
const readingWords: ReadonlySet<string> = new Set([
  'select',
  'with',
  'values',
  'from',
  'table',
  'describe',
  'desc',
  'show',
  'summarize',
  'pivot',
  'unpivot',
])

/** Commands that PostgreSQL or the engine know and that change something: data, files, settings, the process. */
const writingWords: ReadonlySet<string> = new Set([
  'alter',
  'analyze',
  'attach',
  'begin',
  'call',
  'checkpoint',
  'cluster',
  'comment',
  'commit',
  'copy',
  'create',
  'deallocate',
  'delete',
  'detach',
  'drop',
  'execute',
  'export',
  'force',
  'grant',
  'import',
  'insert',
  'install',
  'load',
  'lock',
  'merge',
  'pragma',
  'prepare',
  'refresh',
  'reindex',
  'reset',
  'revoke',
  'rollback',
  'set',
  'truncate',
  'update',
  'use',
  'vacuum',
])

/**
 * Table functions of the engine that act instead of reading: they change settings of the whole process although its configuration is
 * locked, or read memory by address; and those that run SQL out of a string, which would hide the others.
 */
const deniedFunctions: ReadonlySet<string> = new Set([
  'arrow_scan',
  'arrow_scan_dumb',
  'check_peg_parser',
  'checkpoint',
  'disable_logging',
  'disable_peg_parser',
  'disable_profiling',
  'enable_logging',
  'enable_peg_parser',
  'enable_profiling',
  'force_checkpoint',
  'json_execute_serialized_sql',
  'python_map_function',
  'query',
  'query_table',
  'seq_scan',
  'sql_auto_complete',
  'truncate_duckdb_logs',
  'which_secret',
  'write_log',
  'pragma_metadata_info',
  'pragma_storage_info',
  'duckdb_logs',
  'duckdb_log_contexts',
  'duckdb_logs_parsed',
  'duckdb_secrets',
  'duckdb_settings',
  'duckdb_prepared_statements',
  'read_duckdb',
  'index_scan',
  'pandas_scan',
  'duckdb_temporary_files',
  'duckdb_external_file_cache',
  'duckdb_table_sample',
  'test_all_types',
  'test_vector_types',
  'getenv',
])

/**
 * Rejects what does not only read. Returns the word that CommandComplete begins with.
 */
export function checkStatement(found: readonly Token[]): string {
  const word = firstWord(found, 0)
  if (word === 'explain') {
    checkReads(firstWord(found, explainedFrom(found)))
    checkFunctions(found)
    return 'EXPLAIN'
  }
  checkReads(word)
  checkFunctions(found)
  return word === 'show' ? 'SHOW' : 'SELECT'
}

/** What is neither is left to the parser, which knows best what is wrong with it. */
function checkReads(word: string | undefined): void {
  if (word === undefined || readingWords.has(word) || !writingWords.has(word)) return
  throw new EverportError('read_only', `cannot execute ${word.toUpperCase()} in a read-only transaction`, {
    hint: 'this node answers queries; data is changed where it lives',
  })
}

export function isReadingWord(word: string | undefined): boolean {
  return word !== undefined && readingWords.has(word)
}

/** The first word, past opening parentheses. */
export function firstWord(found: readonly Token[], from: number): string | undefined {
  for (let i = from; i < found.length; i++) {
    const token = found[i]
    if (token?.kind === 'word') return token.text
    if (token?.text !== '(') return undefined
  }
  return undefined
}

/** Behind EXPLAIN and its options. */
function explainedFrom(found: readonly Token[]): number {
  let i = 1
  if (found[i]?.text === '(' && !isReadingWord(firstWord(found, i))) {
    while (i < found.length && found[i]?.text !== ')') i++
    i++
  }
  while (found[i]?.text === 'analyze' || found[i]?.text === 'verbose') i++
  return i
}

function checkFunctions(found: readonly Token[]): void {
  for (let i = 0; i + 1 < found.length; i++) {
    const token = found[i]
    if (
      token === undefined ||
      found[i + 1]?.text !== '(' ||
      (token.kind !== 'word' && token.kind !== 'quoted')
    )
      continue
    const name = token.text.toLowerCase()
    if (deniedFunctions.has(name) && found[i + 1]?.kind === 'symbol') {
      throw new EverportError('insufficient_privilege', `permission denied for function ${name}`, {
        position: token.start + 1,
      })
    }
  }
}

/** For a statement whose calls are known by name. */
export function checkCalls(functions: ReadonlySet<string>): void {
  for (const name of functions) {
    if (deniedFunctions.has(name.toLowerCase()))
      throw new EverportError('insufficient_privilege', `permission denied for function ${name}`)
  }
}
