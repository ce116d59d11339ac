import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { ConnectError, type Connection, type Endpoint } from '../base/network.ts'
import { listenError, systemNetwork } from './network.ts'

// What both networks do alike is tested in testing/network.test.ts; here is what only the real one can show.

const listensAndWaits = `
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () =>
    console.log(server.address().port))`

test('a stopped program takes connections into its queue; the one beyond times out', async t => {
  if (process.platform !== 'linux')
    return t.skip('other systems refuse instead of waiting when the queue is full')
  const child = spawn(process.execPath, ['-e', listensAndWaits], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  const at: Endpoint = { address: '127.0.0.1', port: Number(printed.toString()) }
  child.kill('SIGSTOP')
  const connections: Connection[] = []
  const connectUntilFailure = async (): Promise<unknown> => {
    for (let i = 0; i < 16; i++) {
      try {
        const connection = await systemNetwork.connect(at, { timeoutMs: 1_000 })
        connection.on('error', () => undefined)
        connections.push(connection)
      } catch (error) {
        return error
      }
    }
    return undefined
  }
  const error = await connectUntilFailure()
  assert.ok(error instanceof ConnectError)
  assert.equal(error.reason, 'timeout')
  assert.ok(connections.length >= 1, 'some were taken in')
  for (const connection of connections) connection.destroy()
})

test('a timeout or cancel leaves no socket and no timer behind', async () => {
  const failures: unknown[] = []
  const listening = await systemNetwork.listen({ address: '127.0.0.1', port: 0 }, {}, connection => {
    connection.on('error', () => undefined)
    connection.destroy()
  })
  for (let i = 0; i < 50; i++) {
    const abort = new AbortController()
    const connecting = systemNetwork.connect(listening.at, { timeoutMs: 60_000, signal: abort.signal })
    abort.abort()
    failures.push(await connecting.catch((error: unknown) => error))
  }
  assert.ok(failures.every(error => error instanceof ConnectError && error.reason === 'cancelled'))
  await listening.close()
  const timers = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  assert.ok(timers < 10, `${timers} timers are left`)
})

test('what is written goes out at once on both sides: no small write waits for the answer to the one before', async t => {
  // Node tells of it nowhere else.
  const isNoDelay = (connection: object): unknown => {
    const key = Object.getOwnPropertySymbols(connection).find(
      ({ description }) => description === 'kSetNoDelay',
    )
    return key === undefined ? undefined : Reflect.get(connection, key)
  }
  let accept: (connection: Connection) => void = () => undefined
  const accepted = new Promise<Connection>(resolve => {
    accept = resolve
  })
  const listening = await systemNetwork.listen({ address: '127.0.0.1', port: 0 }, {}, one => accept(one))
  const connection = await systemNetwork.connect(listening.at, { timeoutMs: 1_000 })
  t.after(() => {
    connection.destroy()
    return listening.close()
  })
  assert.equal(isNoDelay(connection), true)
  assert.equal(isNoDelay(await accepted), true)
})

test('an address without a route is a failure with a reason, not an exception', async () => {
  // Port 0 can be connected to by nobody.
  const to = { address: '127.0.0.1', port: 0 }
  const error = await systemNetwork.connect(to, { timeoutMs: 1_000 }).catch((reason: unknown) => reason)
  assert.ok(error instanceof ConnectError)
  assert.match(error.reason, /refused|unreachable/)
  const missingSource = await systemNetwork
    .connect({ address: '127.0.0.1', port: 9 }, { timeoutMs: 1_000, from: '192.0.2.1' })
    .catch((reason: unknown) => reason)
  assert.ok(missingSource instanceof ConnectError)
  assert.equal(missingSource.reason, 'unreachable')
})

test('what stopped us from listening is said in words that help', () => {
  const at = { address: '127.0.1.1', port: 9996 }
  const cases = [
    ['EADDRINUSE', 'address_in_use', /127\.0\.1\.1:9996: another program/, /ss -lptn/],
    ['EADDRNOTAVAIL', 'address_missing', /does not have that address/, /ifconfig lo0 alias 127\.0\.1\.1/],
    ['EACCES', 'permission_denied', /not permitted/, /1024/],
    ['EMFILE', 'internal', /127\.0\.1\.1:9996/, undefined],
  ] as const
  for (const [errno, code, message, hint] of cases) {
    const error = listenError(Object.assign(new Error(errno), { code: errno }), at)
    assert.equal(error.code, code)
    assert.match(error.message, message)
    if (hint !== undefined) assert.match(error.hint ?? '', hint)
  }
})

test('listening where another program does is refused with the name of the port', async () => {
  const first = await systemNetwork.listen({ address: '127.0.0.1', port: 0 }, {}, () => undefined)
  await assert.rejects(
    systemNetwork.listen(first.at, {}, () => undefined),
    {
      code: 'address_in_use',
      message: `cannot listen on 127.0.0.1:${first.at.port}: another program uses it`,
    },
  )
  await first.close()
})
