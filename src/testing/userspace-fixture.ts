import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { Engine, FlowRecord } from '../balancer/engine.ts'
import type {
  BalancerSnapshot,
  ListenerSnapshot,
  TargetGroupSnapshot,
  TargetSnapshot,
} from '../balancer/selection/balancer-snapshot.ts'
import type { TargetState } from '../balancer/selection/target-state.ts'
import { type UserspaceOptions, userspaceEngine } from '../balancer/userspace/engine.ts'
import { type UserspaceLimits, userspaceLimits } from '../balancer/userspace/limits.ts'
import { silentLog } from '../base/log.ts'
import { systemNetwork } from '../io/network.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from './balancer-parts.ts'
import { SimulatedClock } from './clock.ts'
import { freePort } from './free-ports.ts'

/** Waits for a condition, asking on every turn of the event loop; fails after a second's worth of waiting. */
export async function until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!holds()) {
    assert.ok(performance.now() < deadline, `not within ${withinMs} ms: ${what}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}

interface Backend {
  readonly server: Server
  readonly port: number
  readonly sockets: Set<Socket>
}

export async function backend(t: TestContext, serve: (socket: Socket) => void = echo): Promise<Backend> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port, sockets }
}

function echo(socket: Socket): void {
  socket.pipe(socket)
}

/** Says its name to everybody, then echoes. */
export const named =
  (name: string) =>
  (socket: Socket): void => {
    socket.write(`${name}\n`)
    socket.pipe(socket)
  }

type States = Record<string, TargetState['state']>

type MakeEngine = (options: UserspaceOptions) => Engine

export class UserspaceFixture {
  readonly failures: string[] = []
  readonly ended: FlowRecord[] = []
  listeners: Partial<ListenerSnapshot> = {}
  readonly port: number
  readonly engine: Engine
  readonly clock: SimulatedClock
  targets: TargetSnapshot[] = []
  group: Partial<TargetGroupSnapshot> = {}
  states: States = {}
  ports: number[]
  #revision = 0

  constructor(port: number, limits: Partial<UserspaceLimits> = {}, make: MakeEngine = userspaceEngine) {
    this.port = port
    this.ports = [port]
    this.clock = new SimulatedClock()
    this.engine = make({
      network: systemNetwork,
      clock: this.clock,
      log: silentLog,
      events: {
        connectFailed: (key, reason) => this.failures.push(`${key} ${reason}`),
        flowEnded: flow => this.ended.push(flow),
      },
      openPrivateKey: (_, sealed) => sealed,
      limits: { ...userspaceLimits, connectTimeoutMs: 200, ...limits },
    })
  }

  add(id: string, port: number, more: Partial<TargetSnapshot> = {}): void {
    this.targets.push(targetPart(id, { port, ...more }))
    this.states[id] ??= 'healthy'
  }

  snapshot(): BalancerSnapshot {
    return snapshotPart(
      this.ports.map(port => listenerPart(port, this.listeners)),
      [groupPart(this.targets, this.group)],
      { revision: ++this.#revision },
    )
  }

  apply(states: States = {}): Promise<void> {
    Object.assign(this.states, states)
    const entries = Object.entries(this.states).map(([id, state]) => [`tg/${id}`, { state }] as const)
    return this.engine.apply(this.snapshot(), new Map(entries))
  }

  target(id: string) {
    const counters = this.engine.counters().targets.get(`tg/${id}`)
    assert.ok(counters, `counters of ${id}`)
    return counters
  }

  listener(port = this.port) {
    const counters = this.engine.counters().listeners.get(port)
    assert.ok(counters, `counters of port ${port}`)
    return counters
  }
}

export async function fixture(
  t: TestContext,
  limits: Partial<UserspaceLimits> = {},
  make?: MakeEngine,
): Promise<UserspaceFixture> {
  const made = new UserspaceFixture(await freePort(), limits, make)
  t.after(async () => {
    let isClosed = false
    void made.engine.close(0).then(() => {
      isClosed = true
    })
    while (!isClosed) await made.clock.advanceAsync(1)
  })
  return made
}

export class TestClient {
  readonly socket: Socket
  received = ''
  hasEnded = false
  isClosed = false
  error: string | undefined

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.received += text
    })
    this.socket.on('end', () => {
      this.hasEnded = true
    })
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code
    })
    this.socket.on('close', () => {
      this.isClosed = true
    })
  }
}

export function client(t: TestContext, port: number): TestClient {
  const made = new TestClient(port)
  t.after(() => void made.socket.destroy())
  return made
}
