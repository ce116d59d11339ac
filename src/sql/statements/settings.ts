import { EverportError } from '../../base/errors.ts'
import {
  boolean,
  type Check,
  clientEncoding,
  dateStyle,
  durationMs,
  integer,
  nobodyElse,
  oneOf,
  readOnly,
  text,
  timeZone,
} from './setting-checks.ts'

export interface Setting {
  /** As SHOW and ParameterStatus spell it. */
  readonly name: string
  readonly initial: string
  /** The value in its usual spelling; throws 'invalid_input'. Undefined: cannot be changed. */
  readonly check: Check | undefined
  /** Sent as ParameterStatus at the start and at every change (PostgreSQL's GUC_REPORT). */
  readonly isReported: boolean
}

const settings = new Map<string, Setting>()

function add(name: string, initial: string, check?: Check, reported?: 'reported'): void {
  settings.set(name.toLowerCase(), { name, initial, check, isReported: reported !== undefined })
}

const isolation = oneOf('read committed', 'repeatable read', 'serializable', 'read uncommitted')

// What clients look at. We speak as PostgreSQL 15 does; everything is read only.
add('server_version', '15.10 (Everport)', undefined, 'reported')
add('server_version_num', '150010')
add('server_encoding', 'UTF8', undefined, 'reported')
add('client_encoding', 'UTF8', clientEncoding, 'reported')
add('DateStyle', 'ISO, MDY', dateStyle, 'reported')
add('IntervalStyle', 'postgres', oneOf('postgres'), 'reported')
add('TimeZone', 'UTC', timeZone, 'reported')
add('integer_datetimes', 'on', undefined, 'reported')
add('standard_conforming_strings', 'on', oneOf('on'), 'reported')
add('is_superuser', 'off', undefined, 'reported')
add('session_authorization', '', nobodyElse, 'reported')
add('application_name', '', text, 'reported')
// Which node answers, for clients that tell their user where they are after a failover.
add('everport.node', '')
add('default_transaction_read_only', 'on', readOnly, 'reported')
add('in_hot_standby', 'off', undefined, 'reported')
add('transaction_read_only', 'on', readOnly)
add('transaction_isolation', 'read committed', isolation)
add('default_transaction_isolation', 'read committed', isolation)
add('transaction_deferrable', 'off', boolean)
add('default_transaction_deferrable', 'off', boolean)
add('max_identifier_length', '63')
add('max_index_keys', '32')
add('block_size', '8192')
add('ssl', 'off')
add('lc_collate', 'C')
add('lc_ctype', 'C')

// What clients set; statement_timeout is the one with an effect here.
add('statement_timeout', '0', durationMs)
add('lock_timeout', '0', durationMs)
add('idle_in_transaction_session_timeout', '0', durationMs)
add('idle_session_timeout', '0', durationMs)
add('extra_float_digits', '1', integer(-15, 3))
add('bytea_output', 'hex', oneOf('hex'))
add('search_path', '"$user", public', text)
add('role', 'none', nobodyElse)
add('client_min_messages', 'notice', text)
add('lc_messages', 'C', text)
add('lc_monetary', 'C', text)
add('lc_numeric', 'C', text)
add('lc_time', 'C', text)
add('xmloption', 'content', oneOf('content', 'document'))
add('array_nulls', 'on', boolean)
add('backslash_quote', 'safe_encoding', text)
add('escape_string_warning', 'on', boolean)
add('row_security', 'on', boolean)
add('jit', 'off', boolean)
add('geqo', 'on', boolean)
add('enable_seqscan', 'on', boolean)
add('enable_indexscan', 'on', boolean)
add('enable_bitmapscan', 'on', boolean)
add('enable_hashjoin', 'on', boolean)
add('enable_mergejoin', 'on', boolean)
add('enable_nestloop', 'on', boolean)
add('synchronous_commit', 'on', text)
add('work_mem', '4MB', text)
add('default_tablespace', '', text)
add('default_table_access_method', 'heap', text)
add('check_function_bodies', 'on', boolean)
add('timezone_abbreviations', 'Default', text)
add('gin_fuzzy_search_limit', '0', integer(0, 2_147_483_647))
add('plan_cache_mode', 'auto', text)
add('tcp_keepalives_idle', '0', integer(0, 2_147_483_647))
add('tcp_keepalives_interval', '0', integer(0, 2_147_483_647))
add('tcp_keepalives_count', '0', integer(0, 2_147_483_647))

export const allSettings: readonly Setting[] = [...settings.values()].sort((a, b) =>
  a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
)

/** Names with a dot belong to extensions: they take any text. */
export function settingNamed(name: string): Setting {
  const known = settings.get(name.toLowerCase())
  if (known !== undefined) return known
  if (/^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)+$/.test(name)) {
    return { name, initial: '', check: text, isReported: false }
  }
  throw new EverportError('undefined_object', `unrecognized configuration parameter "${name}"`)
}

/** The value in its usual spelling, or why it cannot be. */
export function checkedValue(setting: Setting, value: string): string {
  if (setting.check !== undefined) return setting.check(setting.name, value)
  throw new EverportError('cannot_change_setting', `parameter "${setting.name}" cannot be changed`)
}
