import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { loadTopology, topologyFacts } from '../io/topology-file.ts'

test('the example’s catalog: each view answers, and CSV, JSON and Parquet meet in one of them', async t => {
  const { topology } = loadTopology('examples/active-passive.yaml')
  assert.ok(topology)
  const catalog = topologyFacts(topology, resolve('examples/active-passive.yaml'), undefined).catalogFile
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  t.after(() => instance.closeSync())
  const connection = await instance.connect()
  await connection.run(`SET file_search_path = '${dirname(catalog)}'`)
  // As in a node, where a quotient of integers is an integer.
  await connection.run('SET integer_division = true')
  await connection.run(readFileSync(catalog, 'utf8'))
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()

  const views = await rows('SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL')
  assert.deepEqual(
    views.map(view => view['view_name']),
    ['airports', 'capitals_by_air', 'delay_by_hour', 'flights', 'late_cities', 'state_capitals'],
  )
  assert.deepEqual(await rows('SELECT count(*) AS flights FROM flights'), [{ flights: '3000000' }])
  assert.deepEqual(await rows('SELECT city, state, delay_minutes_average AS late FROM late_cities LIMIT 2'), [
    { city: 'Bangor', state: 'ME', late: 16.6 },
    { city: 'San Luis Obispo', state: 'CA', late: 14.4 },
  ])
  assert.deepEqual(await rows("SELECT iata FROM capitals_by_air WHERE state = 'Colorado'"), [{ iata: 'DEN' }])
  assert.deepEqual(await rows('SELECT count(*) AS n FROM capitals_by_air'), [{ n: '50' }])
  assert.deepEqual(await rows('SELECT count(*) AS n FROM delay_by_hour'), [{ n: '24' }])
})
