import assert from 'node:assert/strict'
import { connect, Socket } from 'node:net'
import { test } from 'node:test'
import { freePort } from '../../testing/free-ports.ts'
import { backend, client, fixture, named, until } from '../../testing/userspace-fixture.ts'

test('bytes pass both ways, half closes are passed on, and everything is counted', async t => {
  const f = await fixture(t)
  const upper = await backend(t, socket => {
    let text = ''
    socket.on('data', data => {
      text += data.toString()
    })
    // Answers only after the client's FIN: the other direction must still be open.
    socket.on('end', () => socket.end(text.toUpperCase()))
  })
  f.add('1', upper.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.end('hello')
  await until('the answer and FIN', () => c.isClosed)
  assert.equal(c.received, 'HELLO')
  assert.equal(c.error, undefined)
  await until('the flow is forgotten', () => f.target('1').active === 0)
  const { active, accepted, rejected, failed } = f.listener()
  assert.deepEqual([active, accepted, rejected, failed], [0, 1, 0, 0])
  assert.equal(f.target('1').bytesFromClients, 5)
  assert.equal(f.target('1').bytesFromTarget, 5)
})

test('a target that ends first leaves the client free to go on sending', async t => {
  const f = await fixture(t)
  let got = ''
  const server = await backend(t, socket => {
    socket.end('bye')
    socket.on('data', data => {
      got += data.toString()
    })
  })
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  await until('FIN of the target', () => c.hasEnded)
  assert.equal(c.isClosed, false)
  c.socket.write('still here')
  await until('bytes after FIN', () => got === 'still here')
  c.socket.end()
  await until('both closed', () => c.isClosed && f.target('1').active === 0)
  assert.equal(c.error, undefined)
})

test('a refused target is replaced, and what the client sent meanwhile arrives whole', async t => {
  const f = await fixture(t)
  const live = await backend(t)
  f.add('dead-1', await freePort())
  f.add('dead-2', await freePort())
  f.add('live', live.port)
  await f.apply()
  const clients = Array.from({ length: 30 }, () => client(t, f.port))
  for (const [i, c] of clients.entries()) c.socket.write(`startup packet ${i}`)
  for (const [i, c] of clients.entries())
    await until('the echo', () => c.received === `startup packet ${i}` && c.error === undefined)
  assert.equal(f.target('live').opened, 30)
  assert.ok(f.failures.length > 0 && f.failures.every(text => /^tg\/dead-[12] refused$/.test(text)))
  assert.equal(f.target('dead-1').connectFailures + f.target('dead-2').connectFailures, f.failures.length)
  assert.equal(f.listener().failed, 0)
})

test('an only target of the zone that refuses is replaced by one of another zone', async t => {
  const f = await fixture(t)
  const live = await backend(t, named('b'))
  f.add('a', await freePort(), { zone: 'a' })
  f.add('b', live.port, { zone: 'b' })
  await f.apply()
  const c = client(t, f.port)
  await until('the greeting of zone b', () => c.received === 'b\n')
  assert.deepEqual(f.failures, ['tg/a refused'])
})

test('when no target takes it, the client is reset', async t => {
  const f = await fixture(t)
  f.add('1', await freePort())
  f.add('2', await freePort())
  await f.apply()
  const c = client(t, f.port)
  await until('the reset', () => c.isClosed)
  assert.equal(c.error, 'ECONNRESET')
  assert.deepEqual(f.failures.sort(), ['tg/1 refused', 'tg/2 refused'])
  await until('it is counted', () => f.listener().failed === 1 && f.listener().active === 0)
})

test('a listener whose group has no target resets', async t => {
  const f = await fixture(t)
  await f.apply()
  const c = client(t, f.port)
  await until('the reset', () => c.error === 'ECONNRESET')
  assert.equal(f.listener().failed, 1)
})

test('a target killed in the middle of a flow: the client sees the end at once', async t => {
  const f = await fixture(t)
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.write('x')
  await until('the echo', () => c.received === 'x')
  for (const socket of server.sockets) socket.resetAndDestroy()
  await until('a reset', () => c.isClosed)
  assert.equal(c.error, 'ECONNRESET')
  await until('it is counted', () => f.target('1').targetResets === 1 && f.target('1').active === 0)
})

test('a reset of the client becomes a reset of the target', async t => {
  const f = await fixture(t)
  let targetError: string | undefined
  const server = await backend(t, socket => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      targetError = error.code
    })
    socket.pipe(socket)
  })
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.write('x')
  await until('the echo', () => c.received === 'x')
  c.socket.resetAndDestroy()
  await until('the reset', () => targetError === 'ECONNRESET')
  assert.equal(f.target('1').clientResets, 1)
})

test('a target that turns unhealthy: its flows are reset on both sides, others go on', async t => {
  const f = await fixture(t)
  const [one, two] = [await backend(t, named('1')), await backend(t, named('2'))]
  f.add('1', one.port)
  f.add('2', two.port)
  await f.apply()
  const clients = Array.from({ length: 20 }, () => client(t, f.port))
  for (const c of clients) await until('a greeting', () => c.received !== '')
  const ofOne = clients.filter(c => c.received === '1\n')
  assert.ok(ofOne.length > 0 && ofOne.length < 20)
  await f.apply({ 1: 'unhealthy' })
  for (const c of ofOne) await until('the reset', () => c.error === 'ECONNRESET')
  await until('the target side is closed', () => one.sockets.size === 0)
  assert.equal(f.target('1').balancerResets, ofOne.length)
  for (const c of clients) if (!ofOne.includes(c)) assert.equal(c.isClosed, false)
  const next = client(t, f.port)
  await until('a new connection elsewhere', () => next.received === '2\n')
})

test('no reset when the unhealthy target makes the group fail open, when told not to, or while it drains in good order', async t => {
  const f = await fixture(t)
  const [one, two] = [await backend(t), await backend(t)]
  f.add('1', one.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.write('x')
  await until('the echo', () => c.received === 'x')
  await f.apply({ 1: 'unhealthy' })
  c.socket.write('y')
  await until('the echo, failing open', () => c.received === 'xy')
  const late = client(t, f.port)
  late.socket.write('z')
  await until('a new connection, failing open', () => late.received === 'z')
  assert.equal(f.target('1').failOpen, 1)

  f.group = { resetsWhenUnhealthy: false }
  f.add('2', two.port)
  await f.apply()
  f.group = {}
  await f.apply({ 1: 'unhealthy.draining' })
  await f.apply({ 1: 'draining' })
  c.socket.write('!')
  await until('the echo, still', () => c.received === 'xy!')
  assert.equal(f.target('1').balancerResets, 0)
  await f.apply({ 1: 'unhealthy' })
  await until('the reset, now that another is healthy', () => c.error === 'ECONNRESET')
})

test('a deregistered target takes nothing new, and its flows go on, even when its document is gone', async t => {
  const f = await fixture(t)
  const [one, two] = [await backend(t, named('1')), await backend(t, named('2'))]
  f.add('1', one.port)
  await f.apply()
  const old = client(t, f.port)
  await until('a greeting', () => old.received === '1\n')
  f.add('2', two.port)
  const applied = f.apply({ 1: 'draining' })
  const clients = Array.from({ length: 20 }, () => client(t, f.port))
  for (const c of clients) await until('a greeting', () => c.received === '2\n')
  await applied
  f.targets = f.targets.filter(({ id }) => id !== '1')
  delete f.states['1']
  await f.apply()
  old.socket.write('still')
  await until('the echo', () => old.received === '1\nstill')
  old.socket.end()
  await until('the counters are forgotten with the last flow', () => !f.engine.counters().targets.has('tg/1'))
})

test('with connection termination, flows end when the deregistration delay is over', async t => {
  const f = await fixture(t)
  const server = await backend(t, named('1'))
  f.group = { resetsAfterDeregistration: true, deregistrationDelayMs: 2_000 }
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  await until('a greeting', () => c.received === '1\n')
  f.targets = f.targets.map(target => ({ ...target, deregistering: true }))
  await f.apply({ 1: 'draining' })
  f.clock.advance(1_999)
  assert.equal(f.target('1').balancerResets, 0)
  f.clock.advance(1)
  assert.equal(f.target('1').balancerResets, 1)
  await until('the reset', () => c.error === 'ECONNRESET')
})

test('listeners come and go without touching flows', async t => {
  const f = await fixture(t)
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.write('x')
  await until('the echo', () => c.received === 'x')
  const other = await freePort()
  f.ports = [other]
  await f.apply()
  c.socket.write('y')
  await until('the echo after the listener is gone', () => c.received === 'xy')
  const refused = client(t, f.port)
  await until('the old port refuses', () => refused.error === 'ECONNREFUSED')
  const fresh = client(t, other)
  fresh.socket.write('z')
  await until('the new port serves', () => fresh.received === 'z')
  f.ports = [f.port, other]
  await f.apply()
  const again = client(t, f.port)
  again.socket.write('a')
  await until('the old port serves again', () => again.received === 'a')
})

test('a port in use is told, the other listeners open, and the next try may succeed', async t => {
  const f = await fixture(t)
  const server = await backend(t)
  const squatter = await backend(t)
  f.add('1', server.port)
  f.ports = [squatter.port, f.port]
  await assert.rejects(f.apply(), { code: 'address_in_use' })
  const c = client(t, f.port)
  c.socket.write('x')
  await until('the echo', () => c.received === 'x')
  squatter.server.close()
  await f.apply()
  const late = client(t, squatter.port)
  late.socket.write('y')
  await until('the echo', () => late.received === 'y')
})

test('a protocol of another kind of load balancer is refused in words', async t => {
  const f = await fixture(t)
  const snapshot = f.snapshot()
  const listeners = snapshot.listeners.map(listener => ({ ...listener, protocol: 'HTTP' }))
  await assert.rejects(f.engine.apply({ ...snapshot, listeners }, new Map()), {
    code: 'feature_not_supported',
  })
})

test('above its bound a listener resets at once, and serves again when others have left', async t => {
  const f = await fixture(t, { connectionsPerListenerMax: 3 })
  const server = await backend(t, named('1'))
  f.add('1', server.port)
  await f.apply()
  const served = [client(t, f.port), client(t, f.port), client(t, f.port)]
  for (const c of served) await until('a greeting', () => c.received !== '')
  const surplus = client(t, f.port)
  await until('the reset', () => surplus.error === 'ECONNRESET')
  assert.equal(f.listener().rejected, 1)
  served[0]?.socket.destroy()
  await until('room', () => f.listener().active === 2)
  const next = client(t, f.port)
  await until('a greeting', () => next.received !== '')
})

test('an idle flow is forgotten: whoever sends next is reset; one that moves goes on', async t => {
  const f = await fixture(t)
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const [first, second, busy] = [client(t, f.port), client(t, f.port), client(t, f.port)]
  for (const [i, c] of [first, second, busy].entries()) {
    c.socket.write(String(i))
    await until('the echo', () => c.received === String(i))
  }
  f.clock.advance(340_000)
  busy.socket.write('y')
  await until('the echo', () => busy.received === '2y')
  assert.equal(f.target('1').active, 3)
  f.clock.advance(20_000)
  assert.deepEqual([f.target('1').active, f.listener().active], [1, 1])
  assert.deepEqual(
    f.ended.map(({ end, bytesFromClient, wasReset }) => [end, bytesFromClient, wasReset]),
    [
      ['idle', 1, false],
      ['idle', 1, false],
    ],
  )
  assert.deepEqual([first.isClosed, second.isClosed], [false, false], 'nobody is told until somebody sends')
  first.socket.write('late')
  await until('the reset of the client that sent', () => first.error === 'ECONNRESET')
  const served = [...server.sockets].find(socket => socket.remotePort !== undefined && !socket.destroyed)
  assert.ok(served)
  const before = server.sockets.size
  for (const socket of server.sockets) socket.write('late too')
  await until('the reset of the targets that sent', () => server.sockets.size < before - 1)
  busy.socket.write('z')
  await until('the echo of the flow that moves', () => busy.received.endsWith('z'))
  assert.equal(second.isClosed, false)
})

test('connections that stood idle are bounded: beyond it the oldest are reset', async t => {
  const f = await fixture(t, { expiredMax: 2 })
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const clients = [client(t, f.port), client(t, f.port), client(t, f.port)]
  for (const c of clients) {
    c.socket.write('x')
    await until('the echo', () => c.received === 'x')
  }
  f.clock.advance(360_000)
  await until('one reset', () => clients.filter(c => c.error === 'ECONNRESET').length === 1)
  assert.equal(clients.filter(c => c.error === undefined).length, 2)
})

test('a reader that does not read stops the sender: memory of the flow stays bounded', async t => {
  const f = await fixture(t)
  let isSenderDone = false
  const total = 64 << 20
  const server = await backend(t, socket => {
    const chunk = Buffer.alloc(65_536, 1)
    let sent = 0
    const pump = (): void => {
      while (sent < total) {
        sent += chunk.length
        if (!socket.write(chunk)) return
      }
      isSenderDone = true
      socket.end()
    }
    socket.on('drain', pump)
    pump()
  })
  f.add('1', server.port)
  await f.apply()
  const reader = connect({ host: '127.0.0.1', port: f.port })
  t.after(() => void reader.destroy())
  await until('the flow', () => f.engine.counters().targets.get('tg/1')?.active === 1)
  // It stands still when the sweep twice sees the same count.
  let last = -1
  await until('the sender stands still', () => {
    const socket = [...server.sockets][0]
    const written = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0)
    f.clock.advance(5_000)
    const passed = f.target('1').bytesFromTarget
    const isStill = passed === last && passed > 0 && written > 0
    last = passed
    return isStill
  })
  assert.equal(isSenderDone, false)
  // Linux lets both kernels' socket buffers grow to a few megabytes each; we ourselves hold next to nothing.
  assert.ok(last < total / 2, `${last} bytes passed to a client that read nothing`)
  let received = 0
  reader.on('data', data => {
    received += data.length
  })
  await until('everything arrives', () => received === total)
})

test('close lets flows finish until the deadline, then resets them', async t => {
  const f = await fixture(t)
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const [polite, stubborn] = [client(t, f.port), client(t, f.port)]
  for (const c of [polite, stubborn]) {
    c.socket.write('x')
    await until('the echo', () => c.received === 'x')
  }
  let isClosed = false
  const closing = f.engine.close(1_000).then(() => {
    isClosed = true
  })
  const late = client(t, f.port)
  await until('no new connections', () => late.isClosed)
  polite.socket.end('!')
  await until('the polite one finished', () => polite.isClosed)
  assert.deepEqual([polite.received, polite.error], ['x!', undefined])
  assert.equal(isClosed, false)
  await f.clock.advanceAsync(1_000)
  await closing
  await until('the reset', () => stubborn.error === 'ECONNRESET')
})

test('2,000 connections opened and cut at random: no flow, count or socket is left', async t => {
  const f = await fixture(t, { expiredMax: 0 })
  const servers = [await backend(t), await backend(t), await backend(t)]
  for (const [i, { port }] of servers.entries()) f.add(String(i), port)
  f.add('dead', await freePort())
  await f.apply()
  let seed = 42
  const random = (bound: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed % bound
  }
  let [open, done] = [0, 0]
  const one = (): void => {
    open++
    const socket = new Socket({ allowHalfOpen: true })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      open--
      done++
    })
    socket.connect({ host: '127.0.0.1', port: f.port }, () => {
      const fate = random(5)
      if (fate === 0) return void socket.resetAndDestroy()
      if (fate === 1) return void socket.destroy()
      socket.write(Buffer.alloc(random(5_000)))
      if (fate === 2) return void socket.end().resume()
      socket.once('data', () => {
        if (fate === 3) socket.resetAndDestroy()
        else socket.end().resume()
      })
      // Node leaves a socket open for good that is reset while its FIN waits.
      if (fate === 4 && random(20) === 0)
        for (const served of servers[1]?.sockets ?? []) if (!served.writableEnded) served.resetAndDestroy()
    })
  }
  let turns = 0
  for (let i = 0; i < 2_000; i++) {
    one()
    if (++turns % 50 === 0) {
      const state = (['healthy', 'unhealthy', 'draining', 'initial'] as const)[random(4)] ?? 'healthy'
      await f.apply({ [String(random(3))]: state })
      await until('not too many at once', () => open < 200, 20_000)
    }
  }
  // A write of no bytes waits for an echo that never comes.
  await f.apply({ 0: 'healthy', 1: 'healthy', 2: 'healthy' })
  await until(
    'the listener has seen them all',
    () => f.listener().accepted > 1_500 && f.listener().active < 60,
  )
  f.clock.advance(400_000)
  await until('all closed', () => open === 0 && done === 2_000, 20_000)
  await until('no flow is left', () => f.listener().active === 0)
  for (const [key, counters] of f.engine.counters().targets) assert.equal(counters.active, 0, key)
  await until('no socket is left', () => servers.every(({ sockets }) => sockets.size === 0))
})
