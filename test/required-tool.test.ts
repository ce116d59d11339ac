import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireTool } from './required-tool.ts'

function withRequired<T>(value: string | undefined, run: () => T): T {
  const before = process.env['EVERPORT_REQUIRE_TOOLS']
  if (value === undefined) delete process.env['EVERPORT_REQUIRE_TOOLS']
  else process.env['EVERPORT_REQUIRE_TOOLS'] = value
  try {
    return run()
  } finally {
    if (before === undefined) delete process.env['EVERPORT_REQUIRE_TOOLS']
    else process.env['EVERPORT_REQUIRE_TOOLS'] = before
  }
}

test('a program that is there lets the test run', () => {
  const skip = (): void => assert.fail('skipped')
  assert.equal(requireTool({ skip }, 'node'), true)
})

test('a missing program skips the test with the reason', () => {
  const reasons: (string | undefined)[] = []
  const skip = (reason?: string): void => void reasons.push(reason)
  assert.equal(
    withRequired(undefined, () => requireTool({ skip }, 'no-such-program')),
    false,
  )
  assert.deepEqual(reasons, ['needs the program no-such-program'])
})

test('where programs are required, a missing one fails the test', () => {
  const skip = (): void => assert.fail('skipped')
  assert.throws(
    () => withRequired('1', () => requireTool({ skip }, 'no-such-program')),
    /needs the program no-such-program/,
  )
})
