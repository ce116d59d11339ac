import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rememberedByText } from './remembered-texts.ts'

function counted(): { readonly read: (text: string) => { text: string }; calls: number } {
  const counting = {
    calls: 0,
    read: rememberedByText((text: string) => {
      counting.calls++
      if (text === 'wrong') throw new Error('wrong')
      return { text }
    }),
  }
  return counting
}

test('a text that comes again is not read again', () => {
  const counting = counted()
  assert.equal(counting.read('select 1'), counting.read('select 1'))
  assert.deepEqual(counting.read('select 2'), { text: 'select 2' })
  assert.equal(counting.calls, 2)
})

test('errors and long texts are not remembered', () => {
  const counting = counted()
  for (let i = 0; i < 2; i++) assert.throws(() => counting.read('wrong'), /wrong/)
  const long = 'x'.repeat(2_001)
  for (let i = 0; i < 2; i++) assert.deepEqual(counting.read(long), { text: long })
  assert.equal(counting.calls, 4)
})

test('the oldest of 500 texts goes for another', () => {
  const counting = counted()
  for (let i = 0; i <= 500; i++) counting.read(`select ${i}`)
  counting.read('select 1')
  assert.equal(counting.calls, 501)
  counting.read('select 0')
  assert.equal(counting.calls, 502)
})
