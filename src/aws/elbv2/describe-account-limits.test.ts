import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operationContext } from '../../testing/operation-context.ts'
import { elbv2Service } from './operations.ts'

test('limits are told by the names that AWS gives them', async () => {
  const answer = await elbv2Service.operations.DescribeAccountLimits?.({}, operationContext())
  assert.deepEqual(
    answer?.Limits?.find(({ Name }) => Name === 'target-groups'),
    { Name: 'target-groups', Max: '3000' },
  )
})
