import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IpPermission } from '@aws-sdk/client-ec2'
import type { LoadBalancerDocument, TargetGroupDocument } from '../../resources/load-balancing.ts'
import { type SecurityGroupDocument, securityGroupKey } from '../../resources/network.ts'
import { clusterDocuments } from '../../testing/cluster-documents.ts'
import { snapshotOf } from '../../testing/dns-documents.ts'
import { balancerSnapshot, type TargetGroupSnapshot } from './balancer-snapshot.ts'
import { targetPool } from './target-pool.ts'
import { type TargetState, targetState } from './target-state.ts'

/** `groups`: outbound rules of the load balancer's security groups; undefined: as a document that says nothing of them. */
async function odbc(
  groups: Readonly<Record<string, IpPermission[] | undefined>>,
  change: (group: TargetGroupDocument) => TargetGroupDocument = group => group,
): Promise<TargetGroupSnapshot> {
  const documents = clusterDocuments()
  const balancer = documents['elbv2/load-balancer/active'] as LoadBalancerDocument
  const SecurityGroups = Object.keys(groups)
  for (const [GroupId, egress] of Object.entries(groups)) {
    documents[securityGroupKey(GroupId)] = {
      SecurityGroup: {
        GroupId,
        GroupName: GroupId,
        VpcId: 'vpc-1',
        ...(egress === undefined ? {} : { IpPermissionsEgress: egress }),
      },
    } satisfies SecurityGroupDocument
  }
  const key = 'elbv2/target-group/active-odbc'
  const snapshot = await snapshotOf({
    ...documents,
    [key]: change(documents[key] as TargetGroupDocument),
    'elbv2/load-balancer/active': { ...balancer, LoadBalancer: { ...balancer.LoadBalancer, SecurityGroups } },
  })
  return balancerSnapshot(snapshot, 'active', 'a').targetGroups.find(
    ({ name }) => name === 'active-odbc',
  ) as never
}

const to = (CidrIp: string, port?: number, IpProtocol = port === undefined ? '-1' : 'tcp'): IpPermission => ({
  IpProtocol,
  ...(port === undefined ? {} : { FromPort: port, ToPort: port }),
  IpRanges: [{ CidrIp }],
})
const obstacles = ({ targets }: TargetGroupSnapshot): (string | undefined)[] =>
  targets.map(({ obstacle }) => obstacle)
const held = (what: string): string =>
  `no outbound rule of the load balancer's security groups allows ${what}`

test('without security groups, by AWS’s default rule, and by groups together, targets are reached', async () => {
  const all = [undefined, undefined]
  assert.deepEqual(obstacles(await odbc({})), all)
  assert.deepEqual(obstacles(await odbc({ 'sg-1': [to('0.0.0.0/0')] })), all)
  assert.deepEqual(obstacles(await odbc({ 'sg-1': undefined })), all)
  const [one, other] = [to('127.0.1.0/24', 9996), to('127.0.0.0/8', 9090)]
  assert.deepEqual(obstacles(await odbc({ 'sg-1': [one], 'sg-2': [other] })), all)
})

test('what no rule allows is held back: flows, probes, and by UDP what is sent by UDP', async () => {
  const both = (what: string) => [held(`TCP to 127.0.1.11:${what}`), held(`TCP to 127.0.1.21:${what}`)]
  assert.deepEqual(obstacles(await odbc({ 'sg-1': [] })), both('9996'))
  assert.deepEqual(obstacles(await odbc({ 'sg-1': [to('0.0.0.0/0', 9996)] })), both('9090'))
  assert.deepEqual(obstacles(await odbc({ 'sg-1': [to('0.0.0.0/0', 9090)] })), both('9996'))
  const rules = [to('127.0.1.11/32', 9996), to('0.0.0.0/0', 9090)]
  assert.deepEqual(obstacles(await odbc({ 'sg-1': rules })), [undefined, held('TCP to 127.0.1.21:9996')])
  const udp = (group: TargetGroupDocument): TargetGroupDocument => ({
    ...group,
    TargetGroup: { ...group.TargetGroup, Protocol: 'UDP' },
  })
  const [forUdp] = obstacles(await odbc({ 'sg-1': [to('0.0.0.0/0', 9996), to('0.0.0.0/0', 9090)] }, udp))
  assert.equal(forUdp, held('UDP to 127.0.1.11:9996'))
  const allowed = [to('0.0.0.0/0', 9996, 'udp'), to('0.0.0.0/0', 9090)]
  assert.deepEqual(obstacles(await odbc({ 'sg-1': allowed }, udp)), [undefined, undefined])
})

test('it is unhealthy in AWS’s words, and gets nothing even when nobody is healthy', async () => {
  const group = await odbc({ 'sg-1': [to('127.0.1.21/32')] })
  const [forbidden, reached] = group.targets
  assert.ok(forbidden !== undefined && reached !== undefined)
  const knowledge = { verdict: undefined, isCheckerSick: false, nowMs: 0 }
  const state = targetState(group, forbidden, knowledge)
  assert.deepEqual([state.state, state.reason], ['unhealthy', 'Target.FailedHealthChecks'])
  const unhealthy: TargetState = { state: 'unhealthy' }
  const states = new Map([forbidden, reached].map(({ key }) => [key, unhealthy]))
  const crossing = { ...group, crossZone: true }
  const { tiers, failOpen } = targetPool(crossing, states, 'a')
  assert.ok(failOpen)
  assert.deepEqual(
    tiers.flatMap(({ targets }) => targets.map(({ key }) => key)),
    [reached.key],
  )
  const healthy = new Map<string, TargetState>([
    [reached.key, { state: 'healthy' }],
    [forbidden.key, unhealthy],
  ])
  assert.equal(targetPool({ ...crossing, healthyPercentMin: 60 }, healthy, 'a').failOpen, true)
})
