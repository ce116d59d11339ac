import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { freePort } from '../../testing/free-ports.ts'
import { backend, client, fixture, named, until } from '../../testing/userspace-fixture.ts'

interface Sender {
  readonly socket: Socket
  readonly received: string[]
  send(text: string, port: number): void
}

async function sender(t: TestContext, address = '127.0.0.1'): Promise<Sender> {
  const socket = createSocket('udp4')
  const received: string[] = []
  socket.on('message', data => received.push(data.toString()))
  socket.bind(0, address)
  await once(socket, 'listening')
  t.after(() => void socket.close())
  return { socket, received, send: (text, port) => socket.send(text, port, '127.0.0.1') }
}

/** Answers with its name and what it got, but to 'silence' nothing. */
async function udpTarget(t: TestContext, name: string): Promise<number> {
  const socket = createSocket('udp4')
  socket.on('message', (data, from) => {
    if (data.toString() !== 'silence')
      socket.send(`${name} ${data.toString('latin1')}`, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => void socket.close())
  return socket.address().port
}

test('UDP: a client keeps its target while it sends, and answers find their way back', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'UDP' }
  for (const id of ['1', '2', '3']) f.add(id, await udpTarget(t, id))
  await f.apply()
  const senders = await Promise.all(Array.from({ length: 12 }, () => sender(t)))
  for (const [i, s] of senders.entries()) for (const text of ['a', 'b', 'c']) s.send(`${text}${i}`, f.port)
  for (const s of senders) await until('three answers', () => s.received.length === 3)
  const targets = senders.map(s => [...new Set(s.received.map(text => text[0]))])
  assert.ok(
    targets.every(names => names.length === 1),
    'one target for each client',
  )
  assert.ok(new Set(targets.flat()).size > 1, 'several targets for several clients')
  assert.deepEqual([f.listener().udpActive, f.listener().active, f.listener().accepted], [12, 12, 12])

  f.clock.advance(130_000)
  assert.equal(f.listener().active, 0)
  assert.equal(f.ended.length, 12)
  const [flow] = f.ended
  assert.deepEqual([flow?.protocol, flow?.end, flow?.bytesFromClient], ['udp', 'idle', 'a0b0c0'.length])
})

test('UDP: a flow that nobody answered is forgotten sooner, and makes room for others', async t => {
  const f = await fixture(t, { connectionsMax: 2 })
  f.listeners = { protocol: 'UDP' }
  f.add('1', await udpTarget(t, '1'))
  await f.apply()
  const [answered, silent, third, fourth] = await Promise.all([sender(t), sender(t), sender(t), sender(t)])
  answered?.send('hello', f.port)
  await until('the answer', () => answered?.received.length === 1)
  silent?.send('silence', f.port)
  await until('two flows', () => f.listener().active === 2)
  third?.send('hello', f.port)
  await until('room is made', () => third?.received.length === 1)
  fourth?.send('hello', f.port)
  await until('no room: both are alive', () => f.listener().rejected === 1)
  answered?.send('again', f.port)
  await until('the first flow is there', () => answered?.received.length === 2)
  const silentAgain = await sender(t)
  f.clock.advance(130_000)
  silentAgain.send('silence', f.port)
  await until('a flow', () => f.listener().active === 1)
  f.clock.advance(40_000)
  assert.equal(f.listener().active, 0)
})

test('UDP: a target that refuses is left at once, with evidence; the next datagram goes to one that lives', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'UDP' }
  f.add('dead', await freePort())
  await f.apply()
  const s = await sender(t)
  s.send('one', f.port)
  await until('the evidence', () => f.failures.includes('tg/dead refused'))
  assert.equal(f.ended[0]?.end, 'target failed')
  f.add('live', await udpTarget(t, 'live'))
  await f.apply({ dead: 'unhealthy' })
  s.send('two', f.port)
  await until('the answer', () => s.received[0] === 'live two')
})

test('UDP: a listener that is taken away serves the flows that it has, and nobody else', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'TCP_UDP' }
  f.group = { protocol: 'TCP_UDP' }
  const port = await udpTarget(t, '1')
  f.add('1', port)
  await f.apply()
  const [old, late] = [await sender(t), await sender(t)]
  old.send('a', f.port)
  await until('the answer', () => old.received.length === 1)
  const listened = f.port
  f.ports = []
  await f.apply()
  old.send('b', listened)
  await until('the answer, still', () => old.received.length === 2)
  late.send('c', listened)
  old.send('d', listened)
  await until('the answer', () => old.received.length === 3)
  assert.deepEqual(late.received, [])
  f.clock.advance(130_000)
  await until('the port is free', () => f.listener(listened).active === 0)
})

test('TCP and UDP on one port', async t => {
  const f = await fixture(t)
  f.listeners = { protocol: 'TCP_UDP' }
  const tcp = await backend(t, named('tcp'))
  f.add('1', tcp.port)
  await f.apply()
  const c = client(t, f.port)
  await until('the greeting', () => c.received === 'tcp\n')
  const s = await sender(t)
  s.send('x', f.port)
  await until('a UDP flow', () => f.listener().udpAccepted === 1)
  assert.equal(f.listener().accepted, 2)
})

test('who is in no security group of the load balancer is turned away, and counted', async t => {
  const f = await fixture(t)
  const server = await backend(t, named('1'))
  f.listeners = { protocol: 'TCP_UDP', allowed: { tcp: ['10.0.0.0/8'], udp: ['127.0.0.2/32'] } }
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  await until('the reset', () => c.error === 'ECONNRESET')
  const [here, there] = [await sender(t), await sender(t, '127.0.0.2')]
  here.send('x', f.port)
  there.send('x', f.port)
  await until(
    'one blocked, one let in',
    () => f.listener().udpBlocked === 1 && f.listener().udpAccepted === 1,
  )
  assert.deepEqual([f.listener().blocked, f.listener().accepted], [2, 1])
  f.listeners = { protocol: 'TCP_UDP', allowed: { tcp: ['127.0.0.0/8'], udp: [] } }
  await f.apply()
  const next = client(t, f.port)
  await until('the greeting', () => next.received === '1\n')
})

test('PROXY protocol: the target is told who the client is before the first byte of it', async t => {
  const f = await fixture(t)
  let head = Buffer.alloc(0)
  const server = await backend(t, socket => {
    socket.on('data', data => {
      head = Buffer.concat([head, data])
    })
  })
  f.group = { proxyProtocol: true }
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.write('hello')
  await until('header and bytes', () => head.length >= 28 + 5)
  assert.equal(head.subarray(0, 16).toString('hex'), `0d0a0d0a000d0a515549540a2111000c`)
  assert.deepEqual([...head.subarray(16, 24)], [127, 0, 0, 1, 127, 0, 0, 1])
  assert.deepEqual([head.readUInt16BE(24), head.readUInt16BE(26)], [c.socket.localPort, f.port])
  assert.equal(head.subarray(28).toString(), 'hello')
})

test('flows of an unhealthy target end so many a second, and no more when it is healthy again', async t => {
  const f = await fixture(t)
  const [one, two] = [await backend(t), await backend(t)]
  f.group = { resetsPerSecond: 20 }
  f.add('1', one.port)
  await f.apply()
  const clients = Array.from({ length: 10 }, () => client(t, f.port))
  for (const c of clients) {
    c.socket.write('x')
    await until('the echo', () => c.received === 'x')
  }
  f.add('2', two.port)
  await f.apply({ 1: 'unhealthy' })
  const resets = (): number => f.target('1').balancerResets
  assert.equal(resets(), 2)
  f.clock.advance(200)
  assert.equal(resets(), 6)
  await f.apply({ 1: 'healthy' })
  f.clock.advance(1_000)
  assert.equal(resets(), 6)
  assert.equal(f.ended.filter(flow => flow.end === 'target failed' && flow.wasReset).length, 6)
  await until('the clients know', () => clients.filter(c => c.error === 'ECONNRESET').length === 6)
})

test('a group that loses its weight keeps its flows for a while, then they end', async t => {
  const f = await fixture(t)
  const server = await backend(t)
  f.add('1', server.port)
  await f.apply()
  const c = client(t, f.port)
  c.socket.write('x')
  await until('the echo', () => c.received === 'x')
  f.listeners = { forward: [{ targetGroup: 'tg', weight: 0 }] }
  await f.apply()
  f.clock.advance(29_000)
  c.socket.write('y')
  await until('the echo', () => c.received === 'xy')
  f.clock.advance(1_000)
  await until('the reset', () => c.error === 'ECONNRESET')
  assert.equal(f.ended[0]?.end, 'drained')
})

test('every flow that was accepted is told of once, with who ended it', async t => {
  const f = await fixture(t)
  const server = await backend(t, socket => {
    socket.on('data', data => {
      if (data.toString() === 'leave') socket.end()
      else if (data.toString() === 'crash') socket.resetAndDestroy()
    })
    socket.on('end', () => socket.end())
  })
  f.add('1', server.port)
  await f.apply()
  const ends: string[] = []
  for (const act of ['end', 'leave', 'crash', 'reset']) {
    const before = f.ended.length
    const c = client(t, f.port)
    await until('connected', () => f.engine.counters().targets.get('tg/1')?.active === 1)
    if (act === 'end') c.socket.end('bye')
    else if (act === 'reset') c.socket.resetAndDestroy()
    else c.socket.write(act)
    c.socket.on('end', () => c.socket.end())
    await until('the record', () => f.ended.length > before)
    const last = f.ended.at(-1)
    ends.push(`${act}: ${last?.end} ${last?.wasReset} ${last?.bytesFromClient}`)
  }
  assert.deepEqual(ends, [
    'end: client false 3',
    'leave: target false 5',
    'crash: target true 5',
    'reset: client true 0',
  ])
  assert.equal(f.ended.length, 4)
})
