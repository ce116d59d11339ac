import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BoundedQueue } from './bounded-queue.ts'

interface Model {
  capacity: number
  items: number[]
}
type QueueCommand = fc.Command<Model, BoundedQueue<number>>

const push = (item: number): QueueCommand => ({
  check: () => true,
  run(model, queue) {
    const fits = model.items.length < model.capacity
    assert.equal(queue.push(item), fits)
    if (fits) model.items.push(item)
    assert.equal(queue.length, model.items.length)
  },
  toString: () => `push(${item})`,
})

const shift = (): QueueCommand => ({
  check: () => true,
  run(model, queue) {
    assert.equal(queue.shift(), model.items.shift())
    assert.equal(queue.length, model.items.length)
  },
  toString: () => 'shift()',
})

const remove = (item: number): QueueCommand => ({
  check: () => true,
  run(model, queue) {
    const index = model.items.indexOf(item)
    const expected = index < 0 ? undefined : model.items.splice(index, 1)[0]
    assert.equal(
      queue.remove(candidate => candidate === item),
      expected,
    )
    assert.equal(queue.length, model.items.length)
  },
  toString: () => `remove(${item})`,
})

test('the queue behaves as a plain list with a bound', () => {
  const item = fc.integer({ min: 0, max: 5 })
  const commands = fc.commands([item.map(push), item.map(push), fc.constant(shift()), item.map(remove)], {
    maxCommands: 200,
    size: '+2',
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), commands, (capacity, list) => {
      const queue = new BoundedQueue<number>(capacity)
      fc.modelRun(() => ({ model: { capacity, items: [] }, real: queue }), list)
    }),
    { numRuns: 300 },
  )
})

test('a queue past its first ring keeps its order while both ends move', () => {
  const queue = new BoundedQueue<number>(1000)
  let [written, read] = [0, 0]
  while (queue.length < queue.capacity) {
    for (let i = 0; i < 3; i++) if (queue.push(written)) written++
    assert.equal(queue.shift(), read++)
    if (queue.length >= queue.capacity - 1) break
  }
  while (queue.length > 0) assert.equal(queue.shift(), read++)
  assert.equal(read, written)
})

test('a capacity that is no whole number above 0 is refused', () => {
  for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new BoundedQueue(capacity), RangeError)
  }
})
