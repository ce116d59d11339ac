import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openedEngine, refusal } from '../../testing/engine-session.ts'

// An instance that is closed while a call of it is under way takes the whole process with it: then these tests end by SIGSEGV.
const rounds = 15

test('an engine that is closed while it warms up or is asked for signs of life lets the calls end', async () => {
  for (let round = 0; round < rounds; round++) {
    const { engine, close } = await openedEngine()
    const warming = engine.warm()
    const pings = [engine.ping(), engine.ping()]
    // A different moment of the warming each time.
    for (let turn = 0; turn < round * 3; turn++) await new Promise(resolve => setImmediate(resolve))
    await close()
    await warming
    await Promise.all(pings)
  }
})

test('a closed engine refuses, and closing it again changes nothing', async () => {
  const { engine, close } = await openedEngine()
  await close()
  await engine.close()
  for (const call of [
    engine.ping(),
    engine.warm(),
    engine.openSession({ user: '', database: '', applicationName: '' }),
  ]) {
    assert.equal((await refusal(call)).code, 'admin_shutdown')
  }
})
