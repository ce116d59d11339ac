import assert from 'node:assert/strict'
import { test } from 'node:test'
import duckdb from '@duckdb/node-bindings'
import { bareInstance } from '../../testing/bare-instance.ts'
import { connectionPool } from './connection-pool.ts'
import type { Instance } from './instance.ts'

interface CountedInstance extends Instance {
  opened: number
}

async function countedInstance(): Promise<CountedInstance> {
  const database = await duckdb.open(':memory:')
  const instance: CountedInstance = {
    ...bareInstance({
      connect() {
        instance.opened++
        return duckdb.connect(database)
      },
      close: () => duckdb.close_sync(database),
    }),
    opened: 0,
  }
  return instance
}

test('a connection given back is the next one taken, with its last transaction over', async () => {
  const instance = await countedInstance()
  const pool = connectionPool(instance)
  const first = await pool.take()
  await first.begin()
  first.finish('rollback')
  pool.give(first)
  const second = await pool.take()
  assert.equal(second, first)
  await second.settled()
  await second.begin()
  second.finish('commit')
  await second.settled()
  assert.equal(instance.opened, 1)
  pool.give(second)
  await pool.close()
})

test('takers at the same moment get a connection each; only so many are kept', async () => {
  const instance = await countedInstance()
  const pool = connectionPool(instance)
  const taken = await Promise.all(Array.from({ length: 40 }, async () => pool.take()))
  assert.equal(new Set(taken).size, 40)
  for (const connection of taken) pool.give(connection)
  const opened = instance.opened
  await Promise.all(Array.from({ length: 32 }, async () => pool.take()))
  assert.equal(instance.opened, opened)
  await pool.take()
  assert.equal(instance.opened, opened + 1)
})

test('warming opens what is kept and no more; a closed pool keeps nothing', async () => {
  const instance = await countedInstance()
  const pool = connectionPool(instance)
  await pool.warm()
  await pool.warm()
  assert.equal(instance.opened, 32)
  const connection = await pool.take()
  await pool.close()
  pool.give(connection)
  await connection.settled()
  await assert.rejects(connection.begin())
  await pool.warm()
  assert.equal(instance.opened, 32)
})
