import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedClock } from '../../testing/clock.ts'
import { wholeExecution } from './computed-execution.ts'
import { knownAnswer, remembered } from './constant-answer.ts'
import type { Execution, ResultFormats, RowBatch, RowsWanted } from './engine.ts'

const bytes = Buffer.from('one row')

/** A statement of constants whose engine's answer has these batches, and then ends or fails. */
function asked(batches: readonly RowBatch[], failure?: Error) {
  const clock = new SimulatedClock()
  const facts = { isConstant: true, answers: new Map() } as unknown as Parameters<typeof knownAnswer>[0]
  const left = [...batches]
  const execution: Execution = {
    isComputed: true,
    async next() {
      if (left.length === 0 && failure !== undefined) throw failure
      return left.shift()
    },
    close: async () => undefined,
  }
  return {
    clock,
    execution: (formats: ResultFormats) => remembered(facts, formats, clock, execution),
    known: (formats: ResultFormats, wanted: RowsWanted = 'asked') =>
      knownAnswer(facts, formats, clock, wanted),
    whole: () => remembered(facts, [0], clock, wholeExecution({ bytes, rowCount: 1 })),
  }
}

async function readOf(execution: Execution | undefined): Promise<string[]> {
  const found: string[] = []
  for (let batch = await execution?.next(9); batch !== undefined; batch = await execution?.next(9)) {
    found.push(Buffer.from(batch.bytes).toString())
    batch.bytes.fill(0)
  }
  return found
}

test('what was answered to its end is known for a second, in the same formats', async () => {
  const { clock, execution, known } = asked([{ bytes, rowCount: 1 }])
  const first = execution([0])
  assert.equal((await first.next(9))?.rowCount, 1)
  assert.equal(known([0]), undefined, 'it may still fail')
  assert.equal(await first.next(9), undefined)
  await clock.advanceAsync(999)
  for (let i = 0; i < 2; i++) assert.deepEqual(await readOf(known([0])), ['one row'])
  assert.equal(known([1]), undefined)
  await clock.advanceAsync(1)
  assert.equal(known([0]), undefined)
})

test('what came whole is known at once, whole or by and by as it is wanted', async () => {
  const { clock, known, whole } = asked([])
  assert.equal(whole().whole?.bytes, bytes)
  assert.deepEqual(known([0], 'all')?.whole, { bytes, rowCount: 1 })
  assert.equal(known([0])?.whole, undefined)
  assert.deepEqual(await readOf(known([0])), ['one row'])
  assert.equal(known([1], 'all'), undefined)
  await clock.advanceAsync(1_000)
  assert.equal(known([0], 'all'), undefined)
})

test('no row is an answer too; a failure and Arrow’s batches are not kept', async () => {
  const none = asked([])
  await readOf(none.execution([]))
  assert.ok(none.known([]) !== undefined)
  assert.deepEqual(await readOf(none.known([])), [])
  const failed = asked([], new Error('out of memory'))
  await assert.rejects(readOf(failed.execution([])), /out of memory/)
  assert.equal(failed.known([]), undefined)
  const arrow = asked([{ bytes: Buffer.from(bytes), rowCount: 1 }])
  await readOf(arrow.execution('arrow'))
  assert.equal(arrow.known('arrow'), undefined)
})

test('one that is closed early answers no more', async () => {
  const { execution, known } = asked([{ bytes: Buffer.from('one row'), rowCount: 1 }])
  await readOf(execution([]))
  const answer = known([])
  await answer?.close()
  assert.equal(await answer?.next(9), undefined)
})
