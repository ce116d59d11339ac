import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allows, policyNames } from './policy.ts'

test('each policy allows what the one before it allows, and more', () => {
  const allowed = (operation: string): string[] => policyNames.filter(policy => allows(policy, operation))
  assert.deepEqual(allowed('DescribeTargetHealth'), ['read-only', 'operator', 'admin'])
  assert.deepEqual(allowed('TestDNSAnswer'), ['read-only', 'operator', 'admin'])
  assert.deepEqual(allowed('DeregisterTargets'), ['operator', 'admin'])
  assert.deepEqual(allowed('DeleteLoadBalancer'), ['admin'])
  assert.deepEqual(allowed('NoSuchOperation'), ['admin'])
})
