import { EverportError } from '../../base/errors.ts'
import { allSettings, checkedValue, settingNamed } from '../statements/settings.ts'

/** What differs from the initial values, by name in lower case. Never changed in place, so an old one can be returned to. */
export type SettingValues = ReadonlyMap<string, string>

export interface SessionSettings {
  /** What the client asked for at its start: RESET returns to it. */
  readonly defaults: SettingValues
  readonly current: SettingValues
  /** What stays after COMMIT: `current` without SET LOCAL. */
  readonly lasting: SettingValues
}

const none: SettingValues = new Map()
export const initialSettings: SessionSettings = { defaults: none, current: none, lasting: none }

export function settingValue(values: SettingValues, name: string): string {
  return values.get(name.toLowerCase()) ?? settingNamed(name).initial
}

/** Throws what is wrong with the name or the value. Undefined is DEFAULT. */
export function withSetting(
  settings: SessionSettings,
  name: string,
  value: string | undefined,
  options: { readonly isLocal: boolean; readonly settingsMax: number },
): SessionSettings {
  const setting = settingNamed(name)
  const key = setting.name.toLowerCase()
  const checked =
    value === undefined ? settingValue(settings.defaults, setting.name) : checkedValue(setting, value)
  if (!settings.current.has(key) && settings.current.size >= options.settingsMax) {
    throw new EverportError('limit_exceeded', `a session may change at most ${options.settingsMax} settings`)
  }
  const current = new Map(settings.current).set(key, checked)
  const lasting = options.isLocal ? settings.lasting : new Map(settings.lasting).set(key, checked)
  return { defaults: settings.defaults, current, lasting }
}

/** Everything as at the start. */
export function resetSettings(settings: SessionSettings): SessionSettings {
  return { defaults: settings.defaults, current: settings.defaults, lasting: settings.defaults }
}

/** Reported settings whose value is not what the client was told. */
export function changedReports(told: SettingValues, now: SettingValues): { name: string; value: string }[] {
  if (told === now) return []
  return allSettings
    .filter(({ name, isReported }) => isReported && settingValue(told, name) !== settingValue(now, name))
    .map(({ name }) => ({ name, value: settingValue(now, name) }))
}

export function allReports(now: SettingValues): { name: string; value: string }[] {
  return allSettings
    .filter(({ isReported }) => isReported)
    .map(({ name }) => ({ name, value: settingValue(now, name) }))
}
