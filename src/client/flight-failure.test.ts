import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metadata } from '@grpc/grpc-js'
import { type ErrorDetails, EverportError } from '../base/errors.ts'
import { flightError } from '../sql/flight/flight-status.ts'
import { flightFailure } from './flight-failure.ts'

const parts = (message: string, details: ErrorDetails) =>
  flightFailure(flightError(new EverportError('undefined_column', message, details)))

test('an error arrives in its parts, whatever there is of it', () => {
  const all = { detail: 'the table has:\nj', hint: 'write “j”', position: 8 }
  assert.deepEqual(parts('column "i" does not exist', all).report, {
    message: 'column "i" does not exist',
    ...all,
  })
  const none = { detail: undefined, hint: undefined, position: undefined }
  assert.deepEqual(parts('no', {}).report, { message: 'no', ...none })
  assert.deepEqual(parts('no', { hint: 'yes' }).report, { message: 'no', ...none, hint: 'yes' })
  const { status, sqlState, message } = parts('no', { hint: 'yes' })
  assert.deepEqual([status, sqlState, message], ['INVALID_ARGUMENT', '42703', 'no\nHint: yes'])
})

test('what is too long for headers is cut, and the rest of it stays apart', () => {
  const { report } = parts('m'.repeat(1_990), { detail: 'd'.repeat(100), hint: 'h' })
  assert.deepEqual(report?.message, 'm'.repeat(1_990))
  assert.equal(report.detail, 'd'.repeat(9))
  assert.equal(report.hint, '')
})

test('an error of another server has no parts, nor has one whose trailer is nonsense', () => {
  const metadata = new Metadata()
  assert.equal(flightFailure({ code: 14, details: 'gone', metadata }).report, undefined)
  metadata.set('x-everport-parts', '4,-1,x')
  assert.equal(flightFailure({ code: 14, details: 'gone', metadata }).report, undefined)
})
