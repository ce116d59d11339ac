import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstanceDocument } from '../resources/instances.ts'
import type { SecurityGroupDocument } from '../resources/network.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { snapshotOf } from '../testing/dns-documents.ts'
import { sourceGuard } from './source-guard.ts'

function documents(
  groups: readonly string[],
  permissions: SecurityGroupDocument['SecurityGroup']['IpPermissions'],
): Record<string, object> {
  const all: Record<string, object> = { ...clusterDocuments() }
  const instance = all['ec2/instance/i-a'] as InstanceDocument
  const SecurityGroups = groups.map(GroupId => ({ GroupId }))
  all['ec2/instance/i-a'] = { ...instance, Instance: { ...instance.Instance, SecurityGroups } }
  const SecurityGroup = {
    GroupId: 'sg-1',
    GroupName: 'one',
    VpcId: 'vpc-1',
    IpPermissions: permissions ?? [],
  }
  all['ec2/security-group/sg-1'] = { SecurityGroup } satisfies SecurityGroupDocument
  return all
}

test('an instance without security groups is open, one whose groups say nothing is closed', async () => {
  assert.equal(sourceGuard('i-a', await snapshotOf(documents([], []))).isAllowed(9996, '10.0.0.1'), true)
  assert.equal(
    sourceGuard('i-a', await snapshotOf(documents(['sg-1'], []))).isAllowed(9996, '127.0.0.1'),
    false,
  )
  assert.equal(
    sourceGuard('i-a', await snapshotOf(documents(['sg-gone'], []))).isAllowed(9996, '127.0.0.1'),
    false,
  )
})

test('rules hold for their ports and networks, and for the members of a group; a change holds at once', async () => {
  const odbc = { IpProtocol: 'tcp', FromPort: 9996, ToPort: 9996, IpRanges: [{ CidrIp: '127.0.0.0/16' }] }
  const guard = sourceGuard('i-a', await snapshotOf(documents(['sg-1'], [odbc])))
  assert.deepEqual(
    [
      guard.isAllowed(9996, '127.0.3.4'),
      guard.isAllowed(9996, '::ffff:127.0.3.4'),
      guard.isAllowed(9996, '127.1.0.1'),
      guard.isAllowed(9090, '127.0.3.4'),
    ],
    [true, true, false, false],
  )
  const members = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] }
  guard.update(await snapshotOf(documents(['sg-1'], [members])))
  assert.deepEqual([guard.isAllowed(9996, '127.0.3.4'), guard.isAllowed(9090, '127.0.1.11')], [false, true])
})
