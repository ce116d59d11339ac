/** Numeric columns, 30 bytes a row: what analysts fetch by the million. */
const columns = (int2: string): string =>
  `i::int AS id, i::bigint * 1000 AS big, (i % 1000) * 1.5::float8 AS price, i / 7.0::float8 AS ratio, (i % 100)::${int2} AS small`

export const rowsMax = 10_000_000

const computed = `SELECT ${columns('smallint')} FROM range(${rowsMax}) t(i)`

/** Writes the file that `numbers` reads. Values stand in it as they are, so that little of the time is the engine's: both ports share that. */
export const benchFile = (file: string): string =>
  `COPY (${computed}) TO '${file}' (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1)`

/**
 * Ours: a file, as nodes serve them, and the same rows computed as they are read. The engine gives computed rows to its stream one
 * chunk at a time, for which two of its threads wait in turns: that takes several times what reading the file does.
 */
export const benchViews = (file: string): string => `
CREATE VIEW numbers AS SELECT * FROM read_parquet('${file}');
CREATE VIEW computed AS ${computed};
`

/** PostgreSQL's: a table that is read. */
export const benchTable = [
  `CREATE UNLOGGED TABLE numbers AS SELECT ${columns('int2')} FROM generate_series(0, ${rowsMax - 1}) t(i)`,
  'VACUUM (FREEZE, ANALYZE) numbers',
]
