import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import type { Endpoint } from '../../src/base/network.ts'
import { seededRandom } from '../../src/base/random.ts'
import { type Everport, eventually, rolePids, startEverport } from './everport.ts'

const question = 'select count(*) from state_capitals'
const idleConnections = 5_000
/** Each process, after all that was thrown at it. Idle ones use 60 to 200 MB. */
const residentMegabytesMax = 700
const seed = Number(process.env['EVERPORT_SEED'] ?? Date.now() % 1_000_000)

test(`garbage on every port hurts nobody (EVERPORT_SEED=${seed})`, { timeout: 600_000 }, async t => {
  const everport = await startEverport(t)
  const ports = everyPort(everport)
  const stillServes = async (): Promise<void> => {
    assert.deepEqual(await everport.query(ports.balancerSql, question), [['50']])
    assert.deepEqual(await everport.query(ports.nodeSql, question), [['50']])
    assert.deepEqual(await everport.dns(), ['127.0.1.1', '127.0.1.2'])
    // On a connection of its own: one that is kept may be among those that gave way.
    const live = await fetch(`http://${ports.balancerWeb.address}:${ports.balancerWeb.port}/health/live`, {
      headers: { connection: 'close' },
    })
    assert.equal(live.status, 200)
  }

  for (const [name, endpoint] of Object.entries(ports)) {
    await t.test(`${name}: random bytes, half a handshake, a length of 2 GB`, async () => {
      for (const bytes of garbage(seed)) await throwAt(endpoint, bytes)
      await stillServes()
    })
  }

  for (const [name, endpoint] of Object.entries(ports)) {
    await t.test(`${name}: ${idleConnections} idle connections`, async () => {
      const idle = await openIdle(endpoint, idleConnections)
      t.diagnostic(`${name}: ${idle.opened} opened, ${idle.stillOpen()} kept`)
      await eventually(
        'others are served',
        60_000,
        () => stillServes().then(() => true),
        served => served,
      )
      idle.close()
    })
  }

  await t.test('nobody died and memory is bounded', async () => {
    await everport.until('all healthy', view => view.allHealthy, 60_000)
    const view = everport.status()
    const members = [
      view.control,
      ...view.dns,
      ...view.clusters.flatMap(cluster => [...cluster.balancers, ...cluster.nodes]),
    ]
    assert.deepEqual(
      members.filter(member => member.restarts > 0).map(member => `${member.roleName}: ${member.lastEnd}`),
      [],
    )
    if (process.platform !== 'linux') return
    for (const pid of rolePids(everport.stateDir)) {
      const resident = residentMegabytes(pid)
      assert.ok(resident < residentMegabytesMax, `process ${pid} uses ${resident} MB`)
    }
  })
})

function everyPort(everport: Everport) {
  const { odbc, web, dns, control } = everport.ports
  return {
    balancerSql: { address: '127.0.1.1', port: odbc },
    balancerWeb: { address: '127.0.1.1', port: web },
    nodeSql: { address: '127.0.1.11', port: odbc },
    nodeWeb: { address: '127.0.1.11', port: web },
    dns: { address: '127.0.0.1', port: dns },
    control: { address: '127.0.0.1', port: control },
  } satisfies Record<string, Endpoint>
}

function* garbage(from: number): Generator<Buffer> {
  const random = seededRandom(from)
  for (const length of [1, 7, 8, 64, 1_500, 100_000]) {
    const bytes = Buffer.alloc(length)
    for (let i = 0; i < length; i++) bytes[i] = random.uint32() & 0xff
    yield bytes
  }
  const startup = Buffer.from('\0\0\0\x27\0\x03\0\0user\0everport\0database\0demo\0\0', 'latin1')
  for (const length of [3, 4, 8, 20, startup.length]) yield startup.subarray(0, length)
  yield Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0])
  yield Buffer.concat([startup, Buffer.from([0x70, 0x7f, 0xff, 0xff, 0xff])])
  yield Buffer.from([0xff, 0xff, 1, 2, 3])
  yield Buffer.from('GET / HTTP/1.1\r\nContent-Length: 2147483647\r\n')
  yield Buffer.from(`GET /${'a'.repeat(200_000)}`)
}

/** Sends it, half of the time closes at once, and waits until the other side has hung up or a moment has passed. */
function throwAt(to: Endpoint, bytes: Buffer): Promise<void> {
  return new Promise(resolve => {
    const socket = connect({ host: to.address, port: to.port })
    const done = (): void => {
      socket.destroy()
      resolve()
    }
    socket.setTimeout(100, done)
    socket.on('error', done)
    socket.on('close', done)
    socket.on('data', () => undefined)
    socket.write(bytes)
  })
}

interface IdleConnections {
  readonly opened: number
  stillOpen(): number
  close(): void
}

/** Opens as many as the server takes, a few hundred at a time. Being refused or hung up on is a fair answer. */
async function openIdle(to: Endpoint, count: number): Promise<IdleConnections> {
  const sockets: Socket[] = []
  let [opened, open] = [0, 0]
  const openOne = (): Promise<void> =>
    new Promise(resolve => {
      const socket = connect({ host: to.address, port: to.port })
      sockets.push(socket)
      socket.setTimeout(2_000, resolve)
      socket.once('connect', () => {
        opened++
        open++
        socket.once('close', () => open--)
        resolve()
      })
      socket.on('error', () => resolve())
      socket.on('data', () => undefined)
    })
  for (let i = 0; i < count; i += 250)
    await Promise.all(Array.from({ length: Math.min(250, count - i) }, openOne))
  return {
    opened,
    stillOpen: () => open,
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1]) / 1024
}
