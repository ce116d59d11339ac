// node-postgres, text protocol with type parsers, cancel by a second connection's pg_cancel_backend is not used: it has none of its own.
import pg from 'pg'
import { step, values } from './steps.mjs'

const client = new pg.Client()
await step('connect', async () => {
  await client.connect()
  return (await client.query('select 1 as one')).rows
})
await step('tls', async () => {
  const secure = new pg.Client({ ssl: { rejectUnauthorized: false } })
  await secure.connect()
  const { rows } = await secure.query('select 1 as one')
  await secure.end()
  return rows
})
await step('prepared', async () => {
  const query = { name: 'plus', text: "select $1::int4 + 1 as n, $2::text || '!' as t", values: [41, 'é'] }
  await client.query(query)
  return (await client.query(query)).rows
})
for (const [name, sql] of values()) {
  await step(`value ${name}`, async () => {
    const { rows, fields } = await client.query({ text: `select ${sql} as v`, rowMode: 'array' })
    return [rows[0][0], fields[0].dataTypeID]
  })
}
await step('several statements', async () =>
  (await client.query('select 1 as a; select 2 as b')).map(({ rows }) => rows),
)
await step('error', async () => {
  const codes = []
  for (const sql of ['select 1/0', 'select nope', 'select * from nowhere', 'selec', "select 'x'::int4"])
    codes.push(
      await client.query(sql).then(
        () => null,
        error => error.code,
      ),
    )
  return [codes, (await client.query('select 2 as two')).rows]
})
await client.end()
