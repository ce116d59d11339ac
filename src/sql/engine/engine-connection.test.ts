import assert from 'node:assert/strict'
import { test } from 'node:test'
import duckdb from '@duckdb/node-bindings'
import { openConnection } from './engine-connection.ts'

test('a connection keeps eight statements, each for one taker; the oldest goes first', async () => {
  const database = await duckdb.open(':memory:')
  const connection = await openConnection({
    connect: () => duckdb.connect(database),
    makeSystemCatalog: async () => undefined,
    close: () => undefined,
  })
  const statements = await Promise.all(
    Array.from({ length: 9 }, (_, i) => duckdb.prepare(connection.raw, `SELECT ${i}`)),
  )
  for (const [i, statement] of statements.slice(0, 8).entries()) connection.keep(String(i), statement)
  const first = connection.takeKept('0')
  assert.equal(first, statements[0])
  assert.equal(connection.takeKept('0'), undefined, 'it is its taker\u2019s')
  assert.ok(first)
  connection.keep('0', first)
  connection.keep('8', statements[8] ?? first)
  assert.equal(connection.takeKept('1'), undefined, 'it had been there longest')
  const twin = await duckdb.prepare(connection.raw, 'SELECT 2')
  connection.keep('2', twin)
  assert.equal(connection.takeKept('2'), twin, 'one a text')
  const result = await duckdb.execute_prepared(first)
  assert.equal(duckdb.row_count(result), 1)
  connection.close()
  duckdb.close_sync(database)
})

test('a statement is destroyed behind the end of the transaction, and not while somebody has the connection', async () => {
  const database = await duckdb.open(':memory:')
  const connection = await openConnection({
    connect: () => duckdb.connect(database),
    makeSystemCatalog: async () => undefined,
    close: () => undefined,
  })
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
