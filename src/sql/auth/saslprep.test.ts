import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparePassword } from './saslprep.ts'

const text = (password: string): string => Buffer.from(preparePassword(password)).toString('utf8')

test('the examples of RFC 4013, section 3', () => {
  assert.equal(text('I\u00adX'), 'IX')
  assert.equal(text('user'), 'user')
  assert.equal(text('USER'), 'USER')
  assert.equal(text('\u00aa'), 'a')
  assert.equal(text('\u2168'), 'IX')
})

test('what is prohibited is used as it is', () => {
  for (const password of ['\u0007', '\u0627\u0031', 'a\ue000', '\u0627a\u0627', '\u00ad', '\ufffe']) {
    assert.equal(text(password), password, JSON.stringify(password))
  }
})

test('other spaces become a space', () => {
  assert.equal(text('a\u00a0b\u3000c'), 'a b c')
})

test('right-to-left text between right-to-left letters is normal', () => {
  assert.equal(text('\u0627\u0031\u0628'), '\u0627\u0031\u0628')
})
