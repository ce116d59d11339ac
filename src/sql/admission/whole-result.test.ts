import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultAdmission } from '../../resources/admission-settings.ts'
import { SimulatedClock } from '../../testing/clock.ts'
import { createFakeEngine } from '../../testing/fake-engine.ts'
import type { Execution } from '../engine/engine.ts'
import { admittedEngine } from './admitted-engine.ts'

test('a whole result gives the turn back when it is there, one that is read keeps it', async () => {
  const engine = admittedEngine({
    engine: createFakeEngine(),
    clock: new SimulatedClock(),
    settings: { ...defaultAdmission, concurrentMax: 1, queuedMax: 0 },
    memoryLimitMegabytes: 1_024,
    memberOf: () => [],
    hour: () => 0,
    watch: { admitted: () => undefined, refused: () => undefined, cancelledForMemory: () => undefined },
  })
  const session = () => engine.openSession({ user: 'app', database: 'everport', applicationName: '' })
  const execute = async (statement: string): Promise<Execution> =>
    (await (await session()).prepare(statement, [])).execute([], [0], 'all')
  const whole = execute('whole rows 2')
  await assert.rejects(execute('whole rows 1'), /too many|refused|queue/i, 'while it is computed')
  assert.equal((await whole).whole?.rowCount, 2)
  assert.equal(engine.queries().length, 0)
  const read = await execute('rows 1')
  assert.equal(read.whole, undefined)
  await assert.rejects(execute('whole rows 1'))
  await read.close()
  assert.equal((await execute('whole rows 1')).whole?.rowCount, 1)
})
