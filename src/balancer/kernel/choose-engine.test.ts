import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../testing/balancer-parts.ts'
import { chooseEngine, considersKernel, type KernelFacts } from './choose-engine.ts'
import { listenerObstacle } from './listener-obstacle.ts'

const able: KernelFacts = {
  platform: 'linux',
  mayAdminister: true,
  missingPrograms: [],
  refusal: undefined,
  forwards: true,
}

test('the table of wishes', () => {
  assert.equal(chooseEngine('userspace', '10.0.0.1', undefined).engine, 'userspace')
  assert.equal(chooseEngine('auto', '127.0.1.1', undefined).engine, 'userspace')
  assert.deepEqual(
    ['userspace', 'auto', 'kernel'].map(wish => considersKernel(wish as 'auto', '127.0.1.1')),
    [false, false, true],
  )
  assert.equal(considersKernel('auto', '10.0.0.1'), true)
  assert.equal(chooseEngine('auto', '10.0.0.1', able).engine, 'kernel')
  assert.equal(chooseEngine('kernel', '127.0.1.1', able).engine, 'kernel')
  const disabled = chooseEngine('kernel', '10.0.0.1', { ...able, mayAdminister: false })
  assert.deepEqual(disabled, {
    engine: 'userspace',
    reason: 'kernel was asked for, but this process has no CAP_NET_ADMIN',
    isDisappointment: true,
  })
})

test('whatever is missing is told', () => {
  const reason = (facts: Partial<KernelFacts>, address = '10.0.0.1'): string => {
    const choice = chooseEngine('auto', address, { ...able, ...facts })
    assert.equal(choice.engine, 'userspace')
    return choice.reason
  }
  assert.match(reason({ platform: 'darwin' }), /this is darwin, not Linux/)
  assert.match(reason({ missingPrograms: ['nft', 'conntrack'] }), /not installed: nft, conntrack/)
  assert.match(reason({ refusal: 'No such file' }), /nft refuses the rules: No such file/)
  assert.match(reason({ forwards: false }), /sysctl -w net\.ipv4\.ip_forward=1/)
  assert.match(reason({ forwards: false }, 'fd77::1'), /sysctl -w net\.ipv6\.conf\.all\.forwarding=1/)
  assert.equal(chooseEngine('kernel', '127.0.1.1', { ...able, forwards: false }).engine, 'kernel')
})

test('what only a process can do is told by listener', () => {
  const obstacle = (listener: object, group: object = {}, target = '10.0.0.2'): string | undefined =>
    listenerObstacle(
      listenerPart(80, listener),
      snapshotPart([], [groupPart([targetPart('a', { address: target })], group)], { address: '10.0.0.1' }),
    )
  assert.equal(obstacle({}), undefined)
  assert.equal(obstacle({ protocol: 'TCP_UDP' }), undefined)
  assert.match(obstacle({ protocol: 'TLS' }) ?? '', /TLS/)
  assert.match(obstacle({ protocol: 'HTTP' }) ?? '', /protocol HTTP/)
  assert.match(obstacle({}, { proxyProtocol: true }) ?? '', /^target group tg: PROXY protocol/)
  assert.match(obstacle({}, {}, 'fd77::1') ?? '', /fd77::1 is not of the kind of 10\.0\.0\.1/)
  assert.match(obstacle({}, {}, '127.0.1.11') ?? '', /loopback/)
})
