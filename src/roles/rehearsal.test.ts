import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import type { Engine } from '../sql/engine/engine.ts'
import { memoryStore } from '../store/memory-store.ts'
import { createFakeEngine } from '../testing/fake-engine.ts'
import type { RoleContext } from './context.ts'
import { rehearse } from './rehearsal.ts'

function context(): RoleContext & { readonly listened: number[] } {
  const listened: number[] = []
  return {
    roleName: 'node-test',
    stateDir: '',
    store: memoryStore(),
    // The pauses between the later ones are not waited for.
    clock: {
      ...systemClock,
      after: (delayMs, task) => systemClock.after(delayMs === 100 ? 0 : delayMs, task),
    },
    random: systemRandom(),
    log: silentLog,
    network: {
      ...systemNetwork,
      async listen(at, options, accept) {
        const listening = await systemNetwork.listen(at, options, accept)
        listened.push(listening.at.port)
        return listening
      },
    },
    listened,
  }
}

/** `SELECT 1` is what is played; the fake engine knows another word for one row. */
function playing(engine: Engine): Engine & { readonly statements: string[] } {
  const statements: string[] = []
  return {
    statements,
    close: () => engine.close(),
    async openSession(options) {
      const session = await engine.openSession(options)
      return {
        ...session,
        prepare(statement, oids) {
          statements.push(statement)
          return session.prepare('rows 1', oids)
        },
      }
    },
  }
}

test('plays logins and queries to their end, and leaves nothing open', async () => {
  const fake = createFakeEngine()
  const engine = playing(fake)
  const stage = context()
  await rehearse(stage, engine, '127.0.0.1', () => false)
  assert.equal(engine.statements.length, 560)
  assert.deepEqual(new Set(engine.statements), new Set(['SELECT sum(i) FROM range(3) t(i)']))
  assert.equal(fake.state.sessions, 0)
  assert.equal(fake.state.executions, 0)
  const [port = 0] = stage.listened
  await assert.rejects(systemNetwork.connect({ address: '127.0.0.1', port }, { timeoutMs: 1_000 }), /refused/)
})

test('a node that stops rehearses no more', async () => {
  const engine = playing(createFakeEngine())
  await rehearse(context(), engine, '127.0.0.1', () => engine.statements.length >= 70)
  assert.equal(engine.statements.length, 70)
})

test('an engine that fails ends it, and the port is closed all the same', async () => {
  const broken: Engine = {
    openSession: () => Promise.reject(new EverportError('internal', 'no engine')),
    close: () => Promise.resolve(),
  }
  const stage = context()
  await assert.rejects(rehearse(stage, broken, '127.0.0.1', () => false))
  const [port = 0] = stage.listened
  await assert.rejects(systemNetwork.connect({ address: '127.0.0.1', port }, { timeoutMs: 1_000 }), /refused/)
})
