import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError, renderForTerminal } from '../base/errors.ts'
import type { Network } from '../base/network.ts'
import { systemNetwork } from '../io/network.ts'
import { preflight } from './preflight.ts'

async function failure(network: Network, wanted: Parameters<typeof preflight>[1]): Promise<EverportError> {
  try {
    await preflight(network, wanted)
  } catch (error) {
    assert.ok(error instanceof EverportError)
    return error
  }
  return assert.fail('nothing was found wrong')
}

test('every port that another program has is told, each with the role that needs it', async t => {
  const taken = await Promise.all(
    [1, 2].map(() => systemNetwork.listen({ address: '127.0.0.1', port: 0 }, {}, () => undefined)),
  )
  t.after(() => Promise.all(taken.map(listening => listening.close())))
  const wanted = taken.map(({ at }, i) => ({ ...at, roleName: `role-${i}` }))
  const error = await failure(systemNetwork, [...wanted, { roleName: 'free', address: '127.0.0.1', port: 0 }])
  assert.equal(error.code, 'address_in_use')
  const text = renderForTerminal(error)
  for (const { roleName, port } of wanted)
    assert.match(text, new RegExp(`127\\.0\\.0\\.1:${port} for ${roleName}: another`))
  assert.doesNotMatch(text, /free/)
  assert.match(text, /try: /)
})

test('when most ports are taken, another Everport is the likely reason, and not every port is listed', async () => {
  const busy: Network = {
    ...systemNetwork,
    listen: at =>
      Promise.reject(new EverportError('address_in_use', `${at.address} is in use`, { hint: 'ss' })),
  }
  const wanted = Array.from({ length: 45 }, (_, i) => ({
    roleName: 'node',
    address: '127.0.1.1',
    port: 9000 + i,
  }))
  const error = await failure(busy, wanted)
  assert.equal(error.message, '45 of the 45 ports that Everport needs cannot be used')
  assert.match(error.hint ?? '', /another Everport seems to run.*everport down/)
  const lines = (error.detail ?? '').split('\n')
  assert.equal(lines.length, 13)
  assert.equal(lines.at(-1), 'and 33 more')
})

test('what could be listened on is free again afterwards', async () => {
  const probe = await systemNetwork.listen({ address: '127.0.0.1', port: 0 }, {}, () => undefined)
  await probe.close()
  const wanted = [{ ...probe.at, roleName: 'dns' }]
  await preflight(systemNetwork, wanted)
  await preflight(systemNetwork, wanted)
})

test('addresses that the machine lacks are told once each, with the command that adds them', async () => {
  const lacking: Network = {
    ...systemNetwork,
    listen: at => Promise.reject(new EverportError('address_missing', `cannot listen on ${at.address}`)),
  }
  const error = await failure(lacking, [
    { roleName: 'balancer-active-a', address: '127.0.1.1', port: 9996 },
    { roleName: 'balancer-active-a', address: '127.0.1.1', port: 9090 },
    { roleName: 'node-active-a-1', address: '127.0.1.11', port: 9996 },
  ])
  assert.equal(error.detail, '127.0.1.1, 127.0.1.11')
  assert.match(
    renderForTerminal(error),
    /sudo ifconfig lo0 alias 127\.0\.1\.1 up\n.*sudo ifconfig lo0 alias 127\.0\.1\.11 up/,
  )
})
