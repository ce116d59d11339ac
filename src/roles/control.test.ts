import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { type Log, type LogFields, silentLog } from '../base/log.ts'
import { seededRandom } from '../base/random.ts'
import { systemNetwork } from '../io/network.ts'
import { type ControlStatus, controlStatusKey, heartbeatIntervalMs } from '../resources/status.ts'
import type { StatusView } from '../resources/status-view.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { type RunningControl, startControl } from './control.ts'

const valid = (name: string): string =>
  `name: ${name}\ndomain: demo.test\ncatalog: c.sql\nclusters: [{ name: active, role: primary, zones: [a, b] }]\n`

interface Bench {
  readonly file: string
  readonly store: Store
  readonly clock: SimulatedClock
  readonly logged: { readonly event: string; readonly fields: LogFields }[]
  start(): Promise<RunningControl>
}

function bench(t: TestContext, text: string): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'everport-control-'))
  const file = join(folder, 'topology.yaml')
  writeFileSync(join(folder, 'c.sql'), '')
  writeFileSync(file, text)
  const logged: { event: string; fields: LogFields }[] = []
  const note = (event: string, fields: LogFields = {}): void => void logged.push({ event, fields })
  const log: Log = { ...silentLog, info: note, error: note }
  const [store, clock] = [memoryStore(), new SimulatedClock()]
  const context = {
    roleName: 'control',
    stateDir: folder,
    store,
    clock,
    random: seededRandom(1),
    network: systemNetwork,
    log,
  }
  t.after(() => rmSync(folder, { recursive: true }))
  return {
    file,
    store,
    clock,
    logged,
    async start() {
      const control = await startControl(context, {
        topologyFile: file,
        at: { address: '127.0.0.1', port: 0 },
      })
      t.after(() => control.stop())
      return control
    },
  }
}

const nameIn = (store: Store): string | undefined =>
  store.read().get<TopologySettings>(topologySettingsKey)?.value.name

const get = (control: RunningControl, path: string, method = 'GET'): Promise<Response> =>
  fetch(`http://127.0.0.1:${control.at.port}${path}`, { method, headers: { connection: 'close' } })

test('the file becomes desired state, and control’s heart beats', async t => {
  const { start, store, clock, logged } = bench(t, valid('demo'))
  await start()
  assert.equal(nameIn(store), 'demo')
  await clock.advanceAsync(heartbeatIntervalMs * 3)
  const status = store.read().get<ControlStatus>(controlStatusKey)?.value
  assert.deepEqual(status, { appliedRevision: 1 })
  assert.deepEqual(store.heartbeats.last(controlStatusKey), { heartbeat: 3, appliedRevision: 1 })
  assert.ok(logged.some(({ event }) => event === 'topology applied'))
})

test('a second start with the same file changes nothing', async t => {
  const { start, store } = bench(t, valid('demo'))
  await (await start()).stop()
  const before = store.read().get(topologySettingsKey)?.revision
  await start()
  assert.equal(store.read().get(topologySettingsKey)?.revision, before)
})

test('a changed file is applied; an invalid one is refused with the reason and changes nothing', async t => {
  const { start, store, clock, logged, file } = bench(t, valid('demo'))
  await start()
  writeFileSync(file, 'name: broken\nzones: []\n')
  await clock.advanceAsync(1_000)
  assert.equal(nameIn(store), 'demo')
  const refusals = (): LogFields[] =>
    logged.filter(({ event }) => event.startsWith('topology refused')).map(({ fields }) => fields)
  assert.match(String(refusals()[0]?.['mistakes']), /topology\.yaml:2:1: zones: found the unknown key/)
  await clock.advanceAsync(5_000)
  assert.equal(refusals().length, 1, 'told once, not at every look')
  writeFileSync(file, valid('renamed-in-place'))
  await clock.advanceAsync(1_000)
  assert.equal(nameIn(store), 'renamed-in-place')
  rmSync(file)
  await clock.advanceAsync(1_000)
  assert.equal(nameIn(store), 'renamed-in-place')
  assert.match(String(refusals()[1]?.['mistakes']), /found no file/)
})

test('while the file has mistakes, the status has the first of them', async t => {
  const { file, start, store, clock } = bench(t, valid('demo'))
  await start()
  const refused = (): string | undefined =>
    store.read().get<ControlStatus>(controlStatusKey)?.value.refused?.replace(file, 'FILE')
  assert.equal(refused(), undefined)
  writeFileSync(file, `${valid('demo')}zones: 3\nfoo: 4\n`)
  await clock.advanceAsync(1_000)
  assert.match(refused() ?? '', /^FILE:5:1: zones: found the unknown key 'zones'.*, and 1 more$/)
  writeFileSync(file, valid('other'))
  await clock.advanceAsync(1_000)
  assert.equal(refused(), undefined)
})

test('the log tells the places of mistakes, and not the lines they are in', async t => {
  const { start, clock, logged, file } = bench(t, valid('demo'))
  await start()
  writeFileSync(
    file,
    `${valid('demo')}healthCheck: { protocol: sql, sql: { user: checker, password: s3cret } }\n`,
  )
  await clock.advanceAsync(1_000)
  const told = JSON.stringify(logged)
  assert.match(told, /healthCheck\.sql\.password: found the unknown key 'password'/)
  assert.doesNotMatch(told, /s3cret/)
})

test('mistakes at the first start: it does not start, and says all of them', async t => {
  const { start, store } = bench(t, 'name: X\nclusters: [1, 2, 3]\n')
  await assert.rejects(start(), (error: unknown) => {
    assert.ok(error instanceof EverportError)
    assert.equal(error.code, 'invalid_input')
    assert.match(error.detail ?? '', /1:7: name: .*2:11: clusters: /s)
    return true
  })
  assert.equal(store.read().revision, 0)
})

test('mistakes at a later start: the old state is served on', async t => {
  const { start, store, file, clock } = bench(t, valid('demo'))
  await (await start()).stop()
  writeFileSync(file, 'nonsense')
  const control = await start()
  assert.equal(nameIn(store), 'demo')
  const view = (await (await get(control, '/status')).json()) as StatusView
  assert.equal(view.name, 'demo')
  writeFileSync(file, valid('mended'))
  await clock.advanceAsync(1_000)
  assert.equal(nameIn(store), 'mended')
})

test('HTTP: live, status, metrics, and what is refused', async t => {
  const { start } = bench(t, valid('demo'))
  const control = await start()
  assert.deepEqual(await (await get(control, '/health/live')).json(), { status: 'live' })
  const view = (await (await get(control, '/status')).json()) as StatusView
  assert.equal(view.clusters[0]?.nodes.length, 2)
  assert.equal(view.control.state, 'running')
  assert.equal(view.allHealthy, false)
  const metrics = await (await get(control, '/metrics')).text()
  assert.match(metrics, /^everport_topology_applied 1$/m)
  assert.match(metrics, /^everport_all_healthy 0$/m)
  assert.equal((await get(control, '/nothing')).status, 404)
  assert.equal((await get(control, '/status', 'POST')).status, 501)
})

test('garbage on the port harms nobody', async t => {
  const { start } = bench(t, valid('demo'))
  const control = await start()
  for (const garbage of ['\0\0\0\0', 'GET /status', `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`]) {
    const closed = new Promise<void>((resolve, reject) => {
      const socket = connect(control.at.port, '127.0.0.1', () => socket.end(garbage))
      socket.resume().on('close', () => resolve())
      socket.on('error', () => undefined)
      t.signal.addEventListener('abort', () => reject(new Error('still open')))
    })
    await closed
  }
  assert.equal((await get(control, '/health/live')).status, 200)
})

test('a port that is taken is told as such', async t => {
  const taken = await systemNetwork.listen({ address: '127.0.0.1', port: 0 }, {}, socket => socket.destroy())
  t.after(() => taken.close())
  const { store, clock, file } = bench(t, valid('demo'))
  await assert.rejects(
    startControl(
      {
        roleName: 'control',
        stateDir: '',
        store,
        clock,
        random: seededRandom(1),
        network: systemNetwork,
        log: silentLog,
      },
      { topologyFile: file, at: taken.at },
    ),
    (error: unknown) => error instanceof EverportError && error.code === 'address_in_use',
  )
})
