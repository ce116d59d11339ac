// postgres.js: everything as prepared statements, cursors by portals, COPY, cancel.
import postgres from 'postgres'
import { step, values } from './steps.mjs'

const sql = postgres({ max: 1, onnotice: () => undefined })
await step('connect', async () => [...(await sql`select 1 as one`)])
await step('tls', async () => {
  const secure = postgres({ max: 1, ssl: { rejectUnauthorized: false }, connect_timeout: 60 })
  try {
    return [...(await secure`select 1 as one`)]
  } finally {
    await secure.end({ timeout: 5 })
  }
})
await step('prepared', async () => [...(await sql`select ${41}::int4 + 1 as n, ${'é'}::text || '!' as t`)])
for (const [name, text] of values()) {
  await step(`value ${name}`, async () => {
    const rows = await sql.unsafe(`select ${text} as v`)
    return [rows[0].v, rows.columns[0].type]
  })
}
await step('large', async () => {
  let [count, total] = [0, 0]
  await sql`select i::int4 as i from generate_series(1, 100000) as g(i)`.cursor(1000, rows => {
    count += rows.length
    for (const { i } of rows) total += i
  })
  return [count, total]
})
await step('cancel', async () => {
  const query = sql`select i from generate_series(1, 100000) as g(i), generate_series(1, 100000) as h(j)`
  // Its first row shows that the server runs it: a cancel that comes before would be for nothing.
  return query
    .forEach(() => query.cancel())
    .then(
      () => 'not cancelled',
      error => error.code,
    )
})
await step('error', async () => {
  const codes = []
  for (const text of ['select 1/0', 'select nope', 'select * from nowhere', 'selec', "select 'x'::int4"])
    codes.push(
      await sql.unsafe(text).then(
        () => null,
        error => error.code,
      ),
    )
  return [codes, [...(await sql`select 2 as two`)]]
})
await sql.end({ timeout: 5 })
