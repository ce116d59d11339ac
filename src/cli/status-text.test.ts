import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  BalancerView,
  DnsView,
  FailoverView,
  MemberView,
  NodeView,
  StatusView,
} from '../resources/status-view.ts'
import { statusText } from './status-text.ts'

const member = (roleName: string, also: Partial<MemberView> = {}): MemberView => ({
  roleName,
  state: 'running',
  restarts: 0,
  lastEnd: '',
  held: false,
  ...also,
})

const balancer = (also: Partial<BalancerView> = {}): BalancerView => ({
  ...member('balancer-active-a'),
  zone: 'us-east-1a',
  address: '127.0.1.1',
  engine: 'userspace',
  engineReason: '',
  activeConnections: 3,
  newConnections: 40,
  ...also,
})

const node = (also: Partial<NodeView> = {}): NodeView => ({
  ...member('node-active-a-1'),
  name: 'active-a-1',
  instanceId: 'i-1',
  zone: 'us-east-1a',
  address: '127.0.1.11',
  ports: { runtime: 9999, auxiliary: 19997, odbc: 9996, web: 9090 },
  ready: true,
  reason: '',
  sessions: 2,
  activeQueries: 1,
  health: [],
  healthy: true,
  ...also,
})

const server = (roleName: string, address: string, also: Partial<FailoverView> = {}): DnsView => ({
  ...member(roleName),
  address,
  port: 5300,
  failover: [
    {
      name: 'data.demo.test',
      answered: 'PRIMARY',
      reason: 'primary: active: 2 of 2 zones healthy',
      hold: '',
      ...also,
    },
  ],
})

const view = (also: Partial<StatusView> = {}): StatusView => ({
  name: 'demo',
  failoverName: 'data.demo.test',
  revision: 7,
  clusters: [
    {
      name: 'active',
      role: 'primary',
      dnsName: 'active.elb.demo.test',
      balancers: [balancer()],
      nodes: [node()],
    },
  ],
  dns: [server('dns-1', '127.0.0.1'), server('dns-2', '127.0.0.2')],
  control: { ...member('control'), appliedRevision: 7 },
  agentAlive: true,
  allHealthy: true,
  problems: [],
  ...also,
})

const plain = (status: StatusView): string => statusText(status, { colour: false })

test('all healthy: one aligned line a process, and what the name answers and why', () => {
  assert.equal(
    plain(view()),
    `demo: all healthy

active (primary)  active.elb.demo.test
  balancer-active-a  127.0.1.1   running  userspace engine, 3 connections, 40 in all
  node-active-a-1    127.0.1.11  running  healthy; 2 sessions, 1 query

  dns-1    127.0.0.1:5300  running
  dns-2    127.0.0.2:5300  running
  control                  running
  data.demo.test → PRIMARY (primary: active: 2 of 2 zones healthy)
`,
  )
})

test('a node that is not healthy says why and how often it was restarted', () => {
  const health = [
    {
      targetGroup: 'active-odbc',
      port: 9996,
      seenFrom: 'us-east-1a',
      state: 'unhealthy',
      reason: 'Health checks failed: refused',
    },
  ]
  const sick = node({ healthy: false, health, restarts: 2, lastEnd: 'ended by SIGKILL' })
  const [cluster] = view().clusters
  assert.ok(cluster)
  const text = plain(
    view({
      allHealthy: false,
      problems: ['node-active-a-1 is unhealthy'],
      clusters: [{ ...cluster, nodes: [sick] }],
    }),
  )
  assert.match(text, /^demo: not all healthy$/m)
  assert.match(text, /unhealthy; Health checks failed: refused; .*restarted 2 times, last ended by SIGKILL/)
  assert.match(text, /^1 problem:\n {2}node-active-a-1 is unhealthy$/m)
})

test('what an operator keeps down is not called broken, and a dead agent is told first', () => {
  const [cluster] = view().clusters
  assert.ok(cluster)
  const held = balancer({ state: 'stopped', held: true, engine: '' })
  const text = plain(
    view({ agentAlive: false, allHealthy: false, clusters: [{ ...cluster, balancers: [held] }] }),
  )
  assert.match(text, /^demo: no agent runs; what follows may be old$/m)
  assert.match(text, /balancer-active-a {2}127\.0\.1\.1 {3}kept down$/m)
})

test('DNS servers that disagree are told apart; what holds a name is told', () => {
  const forced = { answered: 'SECONDARY', reason: 'forced', hold: 'forced to secondary by ann' }
  const text = plain(view({ dns: [server('dns-1', '127.0.0.1'), server('dns-2', '127.0.0.2', forced)] }))
  assert.match(text, /data\.demo\.test → PRIMARY \(dns-1: primary/)
  assert.match(text, /data\.demo\.test → SECONDARY \(dns-2: forced\)\n {4}forced to secondary by ann/)
})

test('colours change nothing but colours', () => {
  const coloured = statusText(view(), { colour: true })
  assert.notEqual(coloured, plain(view()))
  const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g')
  assert.equal(coloured.replaceAll(colours, ''), plain(view()))
})
