import { EverportError } from '../../base/errors.ts'
import type { ParameterValue } from '../engine/engine.ts'
import { type SettingArgument, type SettingCall, settingCalls } from '../statements/setting-calls.ts'
import type { EngineUse } from './portal.ts'
import { type SessionSettings, withSetting } from './session-settings.ts'
import type { Session } from './session-state.ts'

/** A query whose rows are for the client. */
export function rowsUse(statement: string): EngineUse {
  const sets = settingCalls(statement)
  return sets.length === 0 ? { kind: 'rows' } : { kind: 'rows', sets }
}

/** The settings after a statement's calls of set_config. Throws what is wrong with a name or a value, and then nothing is set. */
export function settingsSet(
  session: Session,
  calls: readonly SettingCall[],
  parameters: readonly ParameterValue[],
): SessionSettings {
  const valueOf = (argument: SettingArgument): string | undefined => {
    if (argument.kind === 'constant') return argument.text
    const given = parameters[argument.number - 1]
    return given == null ? undefined : truthOf(given)
  }
  let { settings } = session
  for (const call of calls) {
    const name = valueOf(call.name)
    if (name === undefined) throw new EverportError('null_value', 'SET requires parameter name')
    const isLocal = /^(t|true|on|yes|1)$/i.test(valueOf(call.isLocal) ?? '')
    const options = { isLocal, settingsMax: session.limits.settingsMax }
    settings = withSetting(settings, name, valueOf(call.value), options)
  }
  return settings
}

/** Text is the same in both formats; a boolean in binary is one byte. */
function truthOf({ format, bytes }: NonNullable<ParameterValue>): string {
  if (format === 1 && bytes.length === 1 && (bytes[0] ?? 2) < 2) return String(bytes[0])
  return Buffer.from(bytes).toString('utf8')
}
