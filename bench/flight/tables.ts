/** One column of each of PostgreSQL's numeric types: what analysts fetch by the million. 42 bytes a row in Arrow, where `numeric` has 16. */
const numbers =
  'i::int4 AS id, (i % 100)::int2 AS small, i::int8 * 1000 AS big, ((i % 1000) * 1.5)::float4 AS share, i / 7.0::float8 AS ratio, ((i % 1000000) * 1.25)::numeric(12, 2) AS price'

/** Without `numeric`, which PostgreSQL's protocol sends in groups of four decimal digits: 30 bytes a row, all of fixed size on either port. */
const fixed =
  'i::int4 AS id, i::int8 * 1000 AS big, (i % 1000) * 1.5::float8 AS price, i / 7.0::float8 AS ratio, (i % 100)::int2 AS small'

export const rowsMax = 10_000_000

export const views = ['numbers', 'fixed', 'computed'] as const
export type View = (typeof views)[number]

const computed = (columns: string): string => `SELECT ${columns} FROM range(${rowsMax}) t(i)`

/** Writes the files that the views read. Values stand in them as they are, so that little of the time is the engine's: both ports share that. */
export const benchFiles = (folder: string): string =>
  [
    ['numbers', numbers],
    ['fixed', fixed],
  ]
    .map(
      ([name, columns = '']) =>
        `COPY (${computed(columns)}) TO '${folder}/${name}.parquet' (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1);`,
    )
    .join('\n')

/**
 * Ours: files, as nodes serve them, and rows computed as they are read. The engine gives computed rows to its stream one chunk at a time, for which
 * two of its threads wait in turns: that takes several times what reading a file does.
 */
export const benchViews = (folder: string): string => `
CREATE VIEW numbers AS SELECT * FROM read_parquet('${folder}/numbers.parquet');
CREATE VIEW fixed AS SELECT * FROM read_parquet('${folder}/fixed.parquet');
CREATE VIEW computed AS ${computed(fixed)};
`

/** PostgreSQL's: a table that is read. */
export const benchTable = (view: View): string[] => [
  `CREATE UNLOGGED TABLE ${view} AS SELECT ${view === 'numbers' ? numbers : fixed} FROM generate_series(0, ${rowsMax - 1}) t(i)`,
  `VACUUM (FREEZE, ANALYZE) ${view}`,
]
