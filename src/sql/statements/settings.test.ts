import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, EverportError } from '../../base/errors.ts'
import { parseDurationMs } from './setting-checks.ts'
import { allSettings, checkedValue, settingNamed } from './settings.ts'

const check = (name: string, value: string): string => checkedValue(settingNamed(name), value)

test('values are kept in their usual spelling', () => {
  const cases: [name: string, value: string, kept: string][] = [
    ['client_encoding', 'utf-8', 'UTF8'],
    ['client_encoding', 'UNICODE', 'UTF8'],
    ['client_encoding', 'SQL_ASCII', 'SQL_ASCII'],
    ['datestyle', 'ISO', 'ISO, MDY'],
    ['DateStyle', 'iso, dmy', 'ISO, DMY'],
    ['timezone', 'Europe/Berlin', 'Europe/Berlin'],
    ['timezone', 'utc', 'UTC'],
    ['timezone', '-7', '-7'],
    ['timezone', '<+02>-02', '<+02>-02'],
    ['timezone', 'EST5EDT', 'EST5EDT'],
    ['statement_timeout', '5000', '5s'],
    ['statement_timeout', '1500ms', '1500ms'],
    ['statement_timeout', '2 min', '2min'],
    ['statement_timeout', '0', '0'],
    ['extra_float_digits', '3', '3'],
    ['standard_conforming_strings', 'true', 'on'],
    ['default_transaction_read_only', 'yes', 'on'],
    ['row_security', 'FALSE', 'off'],
    ['my.own', 'anything', 'anything'],
  ]
  for (const [name, value, kept] of cases) assert.equal(check(name, value), kept, `${name} = ${value}`)
})

test('what cannot be is refused with its SQLSTATE', () => {
  const cases: [name: string, value: string, code: ErrorCode][] = [
    ['client_encoding', 'LATIN1', 'invalid_input'],
    ['datestyle', 'German', 'invalid_input'],
    ['datestyle', 'constructor', 'invalid_input'],
    ['timezone', 'Mars/Phobos', 'invalid_input'],
    ['timezone', '', 'invalid_input'],
    ['statement_timeout', '-1', 'invalid_input'],
    ['statement_timeout', 'soon', 'invalid_input'],
    ['extra_float_digits', '4', 'invalid_input'],
    ['extra_float_digits', '', 'invalid_input'],
    ['standard_conforming_strings', 'off', 'invalid_input'],
    ['row_security', 'maybe', 'invalid_input'],
    ['application_name', 'x'.repeat(10_000), 'invalid_input'],
    ['server_version', '16', 'cannot_change_setting'],
    ['transaction_read_only', 'off', 'feature_not_supported'],
    ['role', 'root', 'insufficient_privilege'],
    ['unknown', '1', 'undefined_object'],
    ['__proto__', '1', 'undefined_object'],
  ]
  for (const [name, value, code] of cases) {
    assert.throws(
      () => check(name, value),
      (error: unknown) => error instanceof EverportError && error.code === code,
      `${name} = ${value}`,
    )
  }
})

test('every initial value is one that its setting takes', () => {
  for (const setting of allSettings) {
    if (setting.check === undefined || setting.name === 'session_authorization') continue
    assert.equal(checkedValue(setting, setting.initial), setting.initial, setting.name)
  }
})

test('what PostgreSQL 15 reports is reported', () => {
  const reported = allSettings.filter(({ isReported }) => isReported).map(({ name }) => name)
  assert.equal(reported.length, 13)
})

test('shown durations are read back as they were', () => {
  for (const milliseconds of [1, 999, 1000, 60_000, 90_000, 3_600_000, 86_400_000]) {
    assert.equal(parseDurationMs(check('lock_timeout', String(milliseconds))), milliseconds)
  }
})
