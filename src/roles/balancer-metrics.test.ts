import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EngineCounters } from '../balancer/engine.ts'
import { CounterBook } from '../balancer/userspace/counter-book.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../testing/balancer-parts.ts'
import { balancerRegistry } from './balancer-metrics.ts'

function book(): EngineCounters & CounterBook {
  const counters = new CounterBook()
  Object.assign(counters.listener(9996), { active: 3, accepted: 10, rejected: 1, failed: 2, blocked: 4 })
  Object.assign(counters.listener(53), {
    active: 5,
    udpActive: 4,
    accepted: 9,
    udpAccepted: 6,
    blocked: 3,
    udpBlocked: 3,
  })
  Object.assign(counters.target('tg/1'), {
    active: 3,
    opened: 10,
    bytesFromClients: 100,
    bytesFromTarget: 900,
  })
  Object.assign(counters.target('tg/gone'), { opened: 5, bytesFromTarget: 50, targetResets: 2 })
  counters.forget('tg/gone')
  return counters
}

async function lines(): Promise<string[]> {
  const snapshot = snapshotPart(
    [listenerPart(9996), listenerPart(53, { protocol: 'TCP_UDP' })],
    [groupPart([targetPart('1'), targetPart('2')])],
  )
  const counters = book()
  const registry = balancerRegistry({
    snapshot: () => snapshot,
    counters: () => counters,
    observed: () =>
      (['healthy', 'unhealthy'] as const).map((State, i) => ({
        TargetGroupArn: 'arn:tg',
        Target: { Id: `i-${i}`, Port: 1, AvailabilityZone: 'a' },
        TargetHealth: { State },
        Evidence: '',
      })),
    isZoneHealthy: () => true,
    engine: () => 'userspace',
    workers: () => 3,
  })
  return (await registry.metrics()).split('\n').filter(line => line !== '' && !line.startsWith('#'))
}

test('metrics have the names of AWS, with its dimensions; UDP is told apart', async () => {
  const all = await lines()
  const value = (name: string, ...labels: string[]): number => {
    const found = all.filter(
      line => line.startsWith(`${name}{`) && labels.every(label => line.includes(label)),
    )
    assert.equal(found.length, 1, `${name} ${labels.join(' ')}: ${found.join('\n')}`)
    assert.match(found[0] ?? '', /load_balancer="lb",availability_zone="a"/)
    return Number(found[0]?.split(' ').at(-1))
  }
  assert.equal(value('aws_networkelb_active_flow_count', 'listener="9996"'), 3)
  assert.equal(value('aws_networkelb_active_flow_count', 'listener="53"', 'protocol="udp"'), 4)
  assert.equal(value('aws_networkelb_active_flow_count', 'listener="53"', 'protocol="tcp"'), 1)
  assert.equal(value('aws_networkelb_new_flow_count_total', 'listener="53"', 'protocol="tcp"'), 3)
  assert.equal(value('aws_networkelb_rejected_flow_count_total', 'listener="9996"'), 3)
  assert.equal(
    value(
      'aws_networkelb_security_group_blocked_flow_count_inbound_total',
      'listener="53"',
      'protocol="udp"',
    ),
    3,
  )
  assert.equal(value('aws_networkelb_healthy_host_count', 'target_group="tg"'), 1)
  assert.equal(value('aws_networkelb_un_healthy_host_count', 'target_group="tg"'), 1)
  assert.equal(value('aws_networkelb_zonal_health_status'), 1)
})

test('what a forgotten target counted stays counted in its group', async () => {
  const all = await lines()
  assert.ok(
    all.some(line => line.startsWith('aws_networkelb_processed_bytes_total{') && line.endsWith(' 1050')),
  )
  assert.ok(
    all.some(line => line.startsWith('aws_networkelb_tcp_target_reset_count_total{') && line.endsWith(' 2')),
  )
})

test('each target is told by itself, and the state it is in', async () => {
  const all = await lines()
  assert.ok(all.some(line => /^everport_balancer_target_flows_total\{.*target="1"\} 10$/.test(line)))
  assert.ok(
    all.some(line => /^everport_balancer_target_state\{.*target="i-1:1",state="unhealthy"\} 1$/.test(line)),
  )
})
