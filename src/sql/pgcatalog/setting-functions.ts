import { literalWithoutZeros } from '../../base/sql-text.ts'
import { engineSchemas } from './relations.ts'
import type { Row } from './row.ts'

const names: ReadonlySet<string> = new Set(['current_setting', 'set_config'])

/** Functions that are given what the session has set behind their arguments: see settingFacts. */
export function asksForSetting(name: string): boolean {
  return names.has(name)
}

/** Settings by their names in lower case, for the engine; null where no session sets any. */
export function settingFacts(changed: ReadonlyMap<string, string> | undefined): string {
  const pairs = [...(changed ?? [])].map(
    ([name, value]) => `${literalWithoutZeros(name)}: ${literalWithoutZeros(value)}`,
  )
  return `CAST(${changed === undefined ? 'NULL' : `MAP {${pairs.join(', ')}}`} AS MAP(VARCHAR, VARCHAR))`
}

const unrecognized = `error('unrecognized configuration parameter "' || x || '"')`
const known = `coalesce(facts[lower(x)], (SELECT ev_value FROM ${engineSchemas.pg_catalog}.ev_settings WHERE ev_name = lower(x)))`

/** The session has made the changes that set_config asks for by the time when it is answered: see src/sql/statements/setting-calls.ts. */
export const settingFunctions: readonly (readonly [signature: string, body: string])[] = [
  ['current_setting(x, facts)', `coalesce(${known}, ${unrecognized})`],
  [
    'current_setting(x, missing_ok, facts)',
    `coalesce(${known}, CASE WHEN NOT missing_ok THEN ${unrecognized} END)`,
  ],
  [
    'set_config(x, setting, is_local, facts)',
    `CASE WHEN facts IS NULL THEN CAST(setting AS VARCHAR) ELSE ${known} END`,
  ],
]

/** A row of pg_settings. `current`: what the session has set. */
export function settingRow({ name, value }: { name: string; value: string }, current?: string): Row {
  return {
    name,
    setting: current ?? value,
    category: 'Everport',
    short_desc: '',
    context: 'user',
    vartype: 'string',
    source: current === undefined ? 'default' : 'session',
    boot_val: value,
    reset_val: value,
    pending_restart: false,
  }
}
