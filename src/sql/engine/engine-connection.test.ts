import assert from 'node:assert/strict'
import { test } from 'node:test'
import duckdb from '@duckdb/node-bindings'
import { bareInstance } from '../../testing/bare-instance.ts'
import { openConnection } from './engine-connection.ts'

test('a statement is destroyed behind the end of the transaction, and not while somebody has the connection', async () => {
  const database = await duckdb.open(':memory:')
  const connection = await openConnection(
    bareInstance({ connect: () => duckdb.connect(database), close: () => undefined }),
  )
  const prepare = () => duckdb.prepare(connection.raw, 'SELECT $1::INT')
  const [ending, taken] = [await prepare(), await prepare()]
  await connection.begin()
  connection.finish('commit')
  connection.destroy(ending)
  assert.equal(duckdb.nparams(ending), 1, 'it is still there')
  await connection.settled()
  assert.equal(duckdb.nparams(ending), 0, 'it is gone')
  connection.busy = true
  connection.destroy(taken)
  await duckdb.query(connection.raw, 'SELECT 1')
  assert.equal(duckdb.nparams(taken), 1, 'it is still there')
  connection.busy = false
  await connection.settled()
  assert.equal(duckdb.nparams(taken), 0, 'it is gone')
  connection.close()
  duckdb.close_sync(database)
})
