import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesStatus, parseStatusMatcher } from './status-matcher.ts'

test('a matcher is a code, a list or a range, as AWS writes them', () => {
  assert.deepEqual(parseStatusMatcher('200'), [[200, 200]])
  assert.deepEqual(parseStatusMatcher('200,202'), [
    [200, 200],
    [202, 202],
  ])
  assert.deepEqual(parseStatusMatcher('200-399'), [[200, 399]])
  const mixed = parseStatusMatcher('200-204, 301') ?? []
  for (const [status, passes] of [
    [199, false],
    [200, true],
    [204, true],
    [205, false],
    [301, true],
  ] as const)
    assert.equal(matchesStatus(mixed, status), passes, String(status))
})

test('anything else is no matcher', () => {
  for (const text of ['', 'ok', '2xx', '399-200', '200,', '20', '2000', '-200'])
    assert.equal(parseStatusMatcher(text), undefined, text)
})
