import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Log, silentLog } from '../base/log.ts'
import { ConnectError } from '../base/network.ts'
import { seededRandom } from '../base/random.ts'
import type { InstanceDocument } from '../resources/instances.ts'
import type { SecurityGroupDocument } from '../resources/network.ts'
import type { Snapshot } from '../store/store.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { snapshotOf } from '../testing/dns-documents.ts'
import { SimulatedNetwork } from '../testing/network.ts'
import { guardedNetwork } from './guarded-network.ts'
import { type SecurityGuard, securityGuard } from './security-guard.ts'

function documents(
  groups: readonly string[],
  permissions: SecurityGroupDocument['SecurityGroup']['IpPermissions'],
  egress?: SecurityGroupDocument['SecurityGroup']['IpPermissionsEgress'],
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
    ...(egress === undefined ? {} : { IpPermissionsEgress: egress }),
  }
  all['ec2/security-group/sg-1'] = { SecurityGroup } satisfies SecurityGroupDocument
  return all
}

const guardOf = (snapshot: Snapshot, log: Log = silentLog): SecurityGuard =>
  securityGuard('i-a', snapshot, log)

test('an instance without security groups is open, one whose groups say nothing is closed', async () => {
  assert.equal(guardOf(await snapshotOf(documents([], []))).isAllowed(9996, '10.0.0.1'), true)
  assert.equal(guardOf(await snapshotOf(documents(['sg-1'], []))).isAllowed(9996, '127.0.0.1'), false)
  assert.equal(guardOf(await snapshotOf(documents(['sg-gone'], []))).isAllowed(9996, '127.0.0.1'), false)
})

test('rules hold for their ports and networks, and for the members of a group; a change holds at once', async () => {
  const odbc = { IpProtocol: 'tcp', FromPort: 9996, ToPort: 9996, IpRanges: [{ CidrIp: '127.0.0.0/16' }] }
  const guard = guardOf(await snapshotOf(documents(['sg-1'], [odbc])))
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

const toOdbc = (CidrIp: string) => ({
  IpProtocol: 'tcp',
  FromPort: 9996,
  ToPort: 9996,
  IpRanges: [{ CidrIp }],
})
const peer = { address: '127.0.1.21', port: 9996 }
const held = (groups: string): string =>
  `no outbound rule of the instance's security groups (${groups}) allows TCP to 127.0.1.21:9996`

test('a node connects wherever outbound rules let it: without groups, and by the rule that a new group has, anywhere', async () => {
  const why = async (...args: Parameters<typeof documents>) =>
    guardOf(await snapshotOf(documents(...args))).whyForbidden(peer)
  assert.equal(await why([], []), undefined)
  assert.equal(await why(['sg-1'], []), undefined)
  assert.equal(await why(['sg-1'], [], [toOdbc('127.0.1.0/24')]), undefined)
  assert.equal(await why(['sg-1'], [], []), held('sg-1'))
  assert.equal(await why(['sg-1'], [], [toOdbc('127.0.2.0/24')]), held('sg-1'))
  assert.equal(await why(['sg-gone', 'sg-1'], [], []), held('sg-gone, sg-1'))
})

test('what is held back is logged once until the rules change', async () => {
  const lines: unknown[] = []
  const log = { ...silentLog, warn: (_: string, fields?: object) => lines.push(fields) }
  const guard = guardOf(await snapshotOf(documents(['sg-1'], [], [])), log)
  for (let i = 0; i < 3; i++) guard.whyForbidden(peer)
  assert.deepEqual(lines, [{ to: '127.0.1.21:9996', why: held('sg-1') }])
  guard.update(await snapshotOf(documents(['sg-1'], [], [toOdbc('127.0.1.21/32')])))
  assert.equal(guard.whyForbidden(peer), undefined)
  guard.update(await snapshotOf(documents(['sg-1'], [], [])))
  guard.whyForbidden(peer)
  assert.equal(lines.length, 2)
})

test('the guarded network makes no connection that is held back, and says which groups do', async () => {
  const clock = new SimulatedClock()
  const world = new SimulatedNetwork({ clock, random: seededRandom(1) })
  let accepted = 0
  await world.host(peer.address).listen(peer, {}, () => accepted++)
  const guard = guardOf(await snapshotOf(documents(['sg-1'], [], [])))
  const network = guardedNetwork(world.host('127.0.1.11'), guard)
  await assert.rejects(network.connect(peer, { timeoutMs: 100 }), (error: unknown) => {
    assert.ok(error instanceof ConnectError)
    assert.deepEqual([error.reason, error.detail, error.to], ['unreachable', held('sg-1'), peer])
    return true
  })
  await clock.advanceAsync(1_000)
  assert.equal(accepted, 0)

  guard.update(await snapshotOf(documents(['sg-1'], [])))
  const connecting = network.connect(peer, { timeoutMs: 100 })
  await clock.advanceAsync(1_000)
  assert.equal((await connecting).remoteAddress, peer.address)
  assert.equal(accepted, 1)
})
