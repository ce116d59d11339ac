import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantText } from './instant-text.ts'

const read: readonly [source: string, text: string][] = [
  ['2024-01-05', '2024-01-05'],
  [' 2024-01-05 10:00 ', '2024-01-05 10:00:00'],
  ['2024-01-05T10:00Z', '2024-01-05T10:00:00Z'],
  ['2024-01-05 10:00+02', '2024-01-05 10:00:00+02'],
  ['2024-01-05 10:00 Europe/Berlin', '2024-01-05 10:00:00 Europe/Berlin'],
  ['2024-01-05 10:00:30', '2024-01-05 10:00:30'],
  ['January 5, 2024', '2024-01-05'],
  ['5 Jan 2024 10:00', '2024-01-05 10:00:00'],
  ['05-mar-2024', '2024-03-05'],
  ['0044-03-15 BC', '0044-03-15 (BC)'],
  ['2024-01-05 10:00:00.1234567', '2024-01-05 10:00:00.123457'],
  ['2024-01-05 10:00:00.9999999', '2024-01-05 10:00:00.999999'],
]

for (const [source, text] of read) {
  test(`read: ${source}`, () => assert.equal(instantText(source), text))
}

test('what is no date is left as it is', () => {
  for (const source of ['soon', 'Smarch 5, 2024', '5 2024', '']) assert.equal(instantText(source), source)
})
