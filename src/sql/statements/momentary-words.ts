import type { Token } from './token-text.ts'

/** Said without parentheses, too. */
const keywords: ReadonlySet<string> = new Set([
  'current_catalog',
  'current_database',
  'current_date',
  'current_role',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'user',
])

/**
 * Functions whose answer is another one at another moment, or for another connection; `age` of one argument is one of them. Of the engine's own list those that it
 * calls neither consistent nor aggregates, and those that it only says to be consistent; a test holds them against that list.
 */
const functions: ReadonlySet<string> = new Set([
  'age',
  'ago',
  'clock_timestamp',
  'current_connection_id',
  'current_localtime',
  'current_localtimestamp',
  'current_query',
  'current_query_id',
  'current_schemas',
  'current_setting',
  'current_transaction_id',
  'currval',
  'gen_random_uuid',
  'get_current_time',
  'get_current_timestamp',
  'getenv',
  'getvariable',
  'in_search_path',
  'nextval',
  'now',
  'pg_conf_load_time',
  'pg_postmaster_start_time',
  'pg_sleep',
  'random',
  'setseed',
  'sleep_ms',
  'statement_timestamp',
  'stats',
  'timeofday',
  'today',
  'transaction_timestamp',
  'txid_current',
  'uuid',
  'uuidv4',
  'uuidv7',
  'write_log',
])

/** Sources of rows whose name begins like this, and a few more, look at files, or at what the engine is. */
const looking =
  /^(?:duckdb_|parquet_|pragma_|read_|check_|enable_|disable_|truncate_)|^(?:arrow_scan|arrow_scan_dumb|checkpoint|force_checkpoint|glob|icu_calendar_names|index_scan|json_execute_serialized_sql|pandas_scan|pg_timezone_names|query|query_table|seq_scan|sniff_csv|sql_auto_complete|summary|test_all_types|test_vector_types|which_secret)$/

/**
 * Whether a text for the engine may be answered otherwise although what its relations hold is the same: it asks for the moment, the connection, chance, or what
 * the engine knows. The engine computes some of that when it binds, once for all executions.
 */
export function isMomentary(found: readonly Token[]): boolean {
  return found.some(({ kind, text }, i) => {
    if (kind !== 'word' && kind !== 'quoted') return false
    const name = text.toLowerCase()
    if (keywords.has(name) || name === 'tablesample' || name === 'sample') return true
    return found[i + 1]?.text === '(' && (functions.has(name) || looking.test(name))
  })
}
