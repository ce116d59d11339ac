/** Numeric columns, 30 bytes a row: what analysts fetch by the million. */
const columns = (int2: string): string =>
  `i::int AS id, i::bigint * 1000 AS big, (i % 1000) * 1.5::float8 AS price, i / 7.0::float8 AS ratio, (i % 100)::${int2} AS small`

export const rowsMax = 10_000_000

/** Ours: computed as it is read, as a file would be. */
export const benchView = `CREATE VIEW numbers AS SELECT ${columns('smallint')} FROM range(${rowsMax}) t(i);`

/** PostgreSQL's: a table that is read. */
export const benchTable = [
  `CREATE UNLOGGED TABLE numbers AS SELECT ${columns('int2')} FROM generate_series(0, ${rowsMax - 1}) t(i)`,
  'VACUUM (FREEZE, ANALYZE) numbers',
]
