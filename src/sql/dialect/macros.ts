/** Of what repeat, lpad and rpad make. PostgreSQL stops at 1 GB. */
const textCharactersMax = 64 * 1024 * 1024

/**
 * What the engine lacks of PostgreSQL's behaviour, made of what it has: run once in every instance, before it is shut. `typeof` is known when a statement is
 * bound, so a CASE over it costs nothing at run time; each of its branches must be correct for all types, though.
 */
const macros: Readonly<Record<string, string>> = {
  // Null divided by zero is null.
  'everport_divide(a, b)':
    "CASE WHEN b = 0 THEN CASE WHEN a IS NOT NULL THEN error('division by zero') END ELSE a / b END",
  'everport_modulo(a, b)':
    "CASE WHEN b = 0 THEN CASE WHEN a IS NOT NULL THEN error('division by zero') END ELSE a % b END",
  'width_bucket(x, low, high, n)': `CASE WHEN n <= 0 THEN error('count must be greater than zero') WHEN low = high THEN error('lower bound cannot equal upper bound')
    WHEN x IS NULL THEN NULL ELSE CAST(greatest(least(floor(CAST(x - low AS DOUBLE) / CAST(high - low AS DOUBLE) * n), n), -1) AS INTEGER) + 1 END`,
  'everport_power(a, b)': `CASE WHEN a = 0 AND b < 0 THEN error('zero raised to a negative power is undefined') ELSE pow(a, b) END`,

  // Casts. Floating point is rounded half to even, text must be an integer and nothing else.
  'everport_int2(x)': integerCast('SMALLINT', 'smallint'),
  'everport_int4(x)': integerCast('INTEGER', 'integer'),
  'everport_int8(x)': integerCast('BIGINT', 'bigint'),
  'everport_text(x)': `CASE
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN everport_float_text(CAST(x AS VARCHAR))
    WHEN typeof(x) = 'BLOB' THEN '\\x' || lower(hex(CAST(CAST(x AS VARCHAR) AS BLOB)))
    WHEN typeof(x) = 'INTERVAL' THEN replace(CAST(x AS VARCHAR), 'month', 'mon')
    WHEN typeof(x) LIKE '%[]' THEN everport_array_text(CAST(CAST(x AS VARCHAR) AS VARCHAR[]))
    ELSE CAST(x AS VARCHAR) END`,
  // What a type's output function writes, where a cast to text says something else. In few words: each one is bound for every argument.
  'everport_output(x)': `CASE typeof(x) WHEN 'BOOLEAN' THEN left(CAST(x AS VARCHAR), 1)
    WHEN 'DOUBLE' THEN regexp_replace(CAST(x AS VARCHAR), '\\.0$', '') ELSE CAST(x AS VARCHAR) END`,
  'everport_float_text(t)': `CASE t WHEN 'inf' THEN 'Infinity' WHEN '-inf' THEN '-Infinity' WHEN 'nan' THEN 'NaN'
    ELSE regexp_replace(t, '\\.0$', '') END`,
  'everport_array_text(l)': `'{' || array_to_string(list_transform(l, lambda e: everport_array_item(e)), ',') || '}'`,
  'everport_array_item(e)': `CASE WHEN e IS NULL THEN 'NULL'
    WHEN regexp_full_match(e, '[^{},"\\\\\\s]+') AND upper(e) <> 'NULL' THEN e
    ELSE '"' || replace(replace(e, '\\', '\\\\'), '"', '\\"') || '"' END`,

  // Text. The engine makes a text whole before it asks whether it shall go on, and does not count it among a query's memory.
  'everport_bounded(n, characters)': `CASE WHEN n * CAST(characters AS BIGINT) > ${textCharactersMax}
    THEN error('requested length too large') ELSE n END`,
  'everport_substring(t, start)': 'substring(t, greatest(start, 1))',
  'everport_substring_count(t, start, n)': `CASE WHEN n < 0 THEN error('negative substring length not allowed')
    ELSE substring(t, greatest(start, 1), greatest(n + least(start - 1, 0), 0)) END`,
  'everport_initcap(t)': `array_to_string(list_transform(
    regexp_extract_all(lower(t), '[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+'), lambda w: upper(w[1]) || w[2:]), '')`,
  'everport_string_to_array(t, separator)': `CASE WHEN t = '' THEN CAST([] AS VARCHAR[])
    WHEN separator IS NULL THEN regexp_extract_all(t, '(?s).') ELSE string_split(t, separator) END`,
  'everport_array_to_string(l, separator)': `CASE WHEN l IS NOT NULL THEN coalesce(array_to_string(
    list_filter(list_transform(l, lambda e: everport_text(e)), lambda e: e IS NOT NULL), separator), '') END`,
  'everport_array_to_string_null(l, separator, nothing)': `CASE WHEN l IS NOT NULL THEN coalesce(array_to_string(
    list_transform(l, lambda e: coalesce(everport_text(e), nothing)), separator), '') END`,
  'everport_similar(p)': `replace(replace(regexp_replace(p, '([.^$])', '\\\\\\1', 'g'), '%', '.*'), '_', '.')`,
  'everport_regexp_instr(t, p)': `CASE WHEN regexp_matches(t, p) THEN CAST(length(regexp_extract(t, '(?s)^(.*?)(?:' || p || ')', 1)) + 1 AS INTEGER)
    WHEN t IS NOT NULL AND p IS NOT NULL THEN 0 END`,
  'everport_clock(n, width)': `CASE WHEN abs(n) < 10 AND width = 2 THEN CASE WHEN n < 0 THEN '-0' ELSE '0' END ELSE CASE WHEN n < 0 THEN '-' ELSE '' END END
    || CAST(abs(CAST(n AS BIGINT)) AS VARCHAR)`,
  'everport_ordinal(n)': `CASE WHEN n % 100 BETWEEN 11 AND 13 THEN 'th' WHEN n % 10 = 1 THEN 'st' WHEN n % 10 = 2 THEN 'nd'
    WHEN n % 10 = 3 THEN 'rd' ELSE 'th' END`,
  'everport_to_char(x, digits, least_digits, scale, grouped, filled, plus, width)': `everport_to_char_parts(
    round(abs(x), scale), x < 0 AND round(abs(x), scale) > 0, digits, least_digits, scale, grouped, filled, plus, width)`,
  'everport_to_char_parts(x, negative, digits, least_digits, scale, grouped, filled, plus, width)': `everport_to_char_joined(
    CASE WHEN x >= pow(10, digits) THEN repeat('#', digits)
      WHEN grouped THEN format('{:,}', CAST(trunc(x) AS BIGINT))
      WHEN trunc(x) = 0 THEN repeat('0', least_digits)
      ELSE lpad(CAST(CAST(trunc(x) AS HUGEINT) AS VARCHAR), CAST(greatest(least_digits, length(CAST(CAST(trunc(x) AS HUGEINT) AS VARCHAR))) AS INTEGER), '0') END,
    CASE WHEN scale = 0 THEN '' WHEN x >= pow(10, digits) THEN '.' || repeat('#', scale)
      ELSE '.' || rpad(substring(split_part(CAST(x AS VARCHAR), '.', 2), 1, scale), scale, '0') END,
    CASE WHEN negative THEN '-' WHEN plus = '+' THEN '+' WHEN filled THEN '' ELSE ' ' END, filled, width)`,
  'everport_to_char_joined(whole, fraction, sign, filled, width)': `CASE WHEN filled THEN sign || whole || fraction
    ELSE lpad(sign || whole, CAST(greatest(width + 1, length(sign || whole)) AS INTEGER), ' ') || fraction END`,
  'parse_ident(t)': `list_transform(regexp_extract_all(t, '"(?:[^"]|"")*"|[^."]+'), lambda w:
    CASE WHEN starts_with(w, '"') THEN replace(w[2:-2], '""', '"') ELSE lower(trim(w)) END)`,
  'quote_ident(t)': `CASE WHEN regexp_full_match(t, '[a-z_][a-z0-9_$]*') THEN t ELSE '"' || replace(t, '"', '""') || '"' END`,

  // Dates and times
  'everport_microseconds(t)': `date_part('microseconds', t)`,
  'everport_overlaps(a, b, c, d)': `(least(a, b) < greatest(c, d) AND least(c, d) < greatest(a, b)) OR least(a, b) = least(c, d)`,
  'everport_timestamp_precision(t, step)': `CASE WHEN isfinite(t) THEN make_timestamp(everport_rounded(epoch_us(t), step)) ELSE t END`,
  'everport_timestamptz_precision(t, step)': `CASE WHEN isfinite(t) THEN make_timestamptz(everport_rounded(epoch_us(t), step)) ELSE t END`,
  'everport_time_precision(t, step)': `CAST('00:00' AS TIME) + to_microseconds(everport_rounded(epoch_us(t), step))`,
  'everport_rounded(n, step)': 'CAST(round(n / CAST(step AS DOUBLE)) * step AS BIGINT)',
  'make_interval(years := 0, months := 0, weeks := 0, days := 0, hours := 0, mins := 0, secs := 0)': `to_months(CAST(years * 12 + months AS INTEGER))
    + to_days(CAST(weeks * 7 + days AS INTEGER)) + to_microseconds(CAST((CAST(hours AS BIGINT) * 3600 + CAST(mins AS BIGINT) * 60 + secs) * 1000000 AS BIGINT))`,
  'justify_days(t)': `to_months(CAST(everport_months(t) + everport_days(t) // 30 AS INTEGER)) + to_days(CAST(everport_days(t) % 30 AS INTEGER))
    + to_microseconds(everport_time(t))`,
  'justify_hours(t)': `to_months(CAST(everport_months(t) AS INTEGER)) + to_days(CAST(everport_days(t) + everport_time(t) // 86400000000 AS INTEGER))
    + to_microseconds(everport_time(t) % 86400000000)`,
  // All parts of one sign: the days and months that a part in front of them needs are taken from it.
  'justify_interval(t)': `CASE WHEN everport_months(t) * 2592000000000 + everport_days(t) * 86400000000 + everport_time(t) < 0
    THEN -everport_justified(-everport_months(t), -everport_days(t), -everport_time(t))
    ELSE everport_justified(everport_months(t), everport_days(t), everport_time(t)) END`,
  'everport_justified(months, days, us)': `everport_justified_days(months, days + CAST(floor(us / CAST(86400000000 AS DOUBLE)) AS BIGINT), us)`,
  'everport_justified_days(months, days, us)': `to_months(CAST(months + floor(days / CAST(30 AS DOUBLE)) AS INTEGER))
    + to_days(CAST(days - 30 * floor(days / CAST(30 AS DOUBLE)) AS INTEGER))
    + to_microseconds(CAST(us - 86400000000 * floor(us / CAST(86400000000 AS DOUBLE)) AS BIGINT))`,
  'everport_months(t)': `date_part('year', t) * 12 + date_part('month', t)`,
  'everport_days(t)': `date_part('day', t)`,
  'everport_time(t)': `date_part('hour', t) * 3600000000 + date_part('minute', t) * 60000000 + date_part('microsecond', t)`,
  'everport_split_part(t, separator, n)': `CASE WHEN n = 0 THEN error('field position must not be zero')
    WHEN separator = '' THEN CASE WHEN n IN (1, -1) THEN t ELSE '' END ELSE split_part(t, separator, n) END`,
  'isfinite_interval(t)': 'TRUE',

  // Arrays. A null among the items makes "none is equal" unknown.
  'everport_any(l, x)': `CASE WHEN l IS NULL OR length(l) IS NULL THEN NULL WHEN list_contains(l, x) THEN TRUE
    WHEN length(l) > 0 AND (x IS NULL OR list_count(l) < length(l)) THEN NULL ELSE FALSE END`,
  'everport_any_other(l, x)': `CASE WHEN l IS NULL THEN NULL WHEN length(list_filter(l, lambda e: e <> x)) > 0 THEN TRUE
    WHEN length(l) > 0 AND (x IS NULL OR list_count(l) < length(l)) THEN NULL ELSE FALSE END`,
  'everport_or(l)': `CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, TRUE) THEN TRUE
    WHEN list_count(l) < length(l) THEN NULL ELSE FALSE END`,
  'everport_array_length(l, dimension)': `CASE WHEN dimension = 1 THEN length(l)
    WHEN dimension = 2 AND typeof(l) LIKE '%[][]' THEN length(CAST(CAST(l[1] AS VARCHAR) AS VARCHAR[])) END`,
  'generate_subscripts(l, dimension)': 'unnest(range(1, length(l) + 1))',
  'array_ndims(l)': `nullif(length(regexp_extract(typeof(l), '(\\[\\])+$')) // 2, 0)`,
  'array_dims(l)': `'[1:' || length(l) || ']'`,

  // JSON
  'everport_json_path(p)': `'$' || array_to_string(list_transform(
    CASE WHEN typeof(p) = 'VARCHAR' THEN string_split(trim(CAST(p AS VARCHAR), '{}'), ',') ELSE CAST(p AS VARCHAR[]) END,
    lambda e: CASE WHEN regexp_full_match(e, '[0-9]+') THEN '[' || e || ']' ELSE '."' || e || '"' END), '')`,
  'everport_to_json(x)': `CASE WHEN typeof(x) = 'TIMESTAMP' THEN to_json(replace(CAST(x AS VARCHAR), ' ', 'T'))
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN to_json(replace(CAST(x AS VARCHAR), ' ', 'T') || ':00')
    WHEN typeof(x) LIKE 'DECIMAL(%' AND typeof(x) NOT LIKE '%]' THEN CAST(CAST(x AS VARCHAR) AS JSON) ELSE to_json(x) END`,
  'everport_json_text(x)': `coalesce(CAST(everport_to_json(x) AS VARCHAR), 'null')`,
  // One object with the fields of both; arrays one behind the other.
  'everport_json_joined(a, b)': `CASE WHEN json_type(a) = 'OBJECT' AND json_type(b) = 'OBJECT'
    THEN CAST(to_json(map_concat(CAST(a AS MAP(VARCHAR, JSON)), CAST(b AS MAP(VARCHAR, JSON)))) AS JSON)
    ELSE CAST(to_json(list_concat(everport_json_items(a), everport_json_items(b))) AS JSON) END`,
  'everport_json_items(j)': `CASE WHEN json_type(j) = 'ARRAY' THEN CAST(j AS JSON[]) ELSE [j] END`,
  'everport_json_without(j, k)': `CASE WHEN json_type(j) = 'OBJECT' THEN CAST(to_json(map_from_entries(
      list_filter(map_entries(CAST(j AS MAP(VARCHAR, JSON))), lambda e: e.key <> k))) AS JSON)
    ELSE CAST(to_json(list_filter(CAST(j AS JSON[]), lambda e: json_type(e) <> 'VARCHAR' OR e ->> '$' <> k)) AS JSON) END`,
  'everport_json_pretty(j)': `json_pretty(CAST(j AS JSON))`,
  'everport_json_typeof(j)': `CASE json_type(j) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string'
    WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' ELSE 'number' END`,

  // About values
  'everport_typeof(x)': `everport_type_name(regexp_replace(typeof(x), '(\\[\\])+$', '')) || regexp_extract(typeof(x), '(\\[\\])+$')`,
  'everport_type_name(t)': `CASE t WHEN 'INTEGER' THEN 'integer' WHEN 'BIGINT' THEN 'bigint' WHEN 'SMALLINT' THEN 'smallint'
    WHEN 'DOUBLE' THEN 'double precision' WHEN 'FLOAT' THEN 'real' WHEN 'VARCHAR' THEN 'text' WHEN 'BLOB' THEN 'bytea'
    WHEN 'TIMESTAMP' THEN 'timestamp without time zone' WHEN 'TIMESTAMP WITH TIME ZONE' THEN 'timestamp with time zone'
    WHEN 'TIME' THEN 'time without time zone' WHEN 'TIME WITH TIME ZONE' THEN 'time with time zone' WHEN 'HUGEINT' THEN 'numeric'
    WHEN '"NULL"' THEN 'unknown' ELSE CASE WHEN t LIKE 'DECIMAL%' THEN 'numeric' ELSE lower(t) END END`,
}

function integerCast(engineType: string, name: string): string {
  return `CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round_even(CAST(CAST(x AS VARCHAR) AS DOUBLE), 0) AS ${engineType})
    WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), '\\s*[+-]?[0-9]+\\s*')
    THEN error('invalid input syntax for type ${name}: "' || CAST(x AS VARCHAR) || '"')
    ELSE CAST(x AS ${engineType}) END`
}

/**
 * The sum `s` of values like `x`, of the type that PostgreSQL gives it. The engine chooses by the type of `x`, and does not compute it. Where a sum of the
 * widest integers is divided, `wide` keeps the engine from dividing integers: it is numeric.
 */
function sumMacro(name: string, wide: string): string {
  const overloads = [
    '(x, s) AS s',
    ...['TINYINT', 'SMALLINT', 'INTEGER'].map(type => `(x ${type}, s) AS CAST(s AS BIGINT)`),
    '(x FLOAT, s) AS CAST(s AS FLOAT)',
    // So that these are not taken for a FLOAT, to which the engine would cast them.
    ...['BIGINT', 'HUGEINT'].map(type => `(x ${type}, s) AS ${wide}`),
    ...['DOUBLE', 'DECIMAL(38, 10)'].map(type => `(x ${type}, s) AS s`),
  ]
  return `CREATE MACRO ${name}${overloads.join(', ')}`
}

/** `t` is `x` truncated. The zone is UTC, so that a date's instant is a matter of counting. */
const truncatedMacro = `CREATE MACRO everport_truncated${[
  '(x, t) AS t',
  '(x DATE, t) AS make_timestamptz(epoch_us(t))',
  '(x TIMESTAMP, t) AS t',
  '(x TIMESTAMPTZ, t) AS t',
].join(', ')}`

/** `r` is `x` rounded as a numeric. An integer is a double where it is rounded. */
const roundMacro = `CREATE MACRO everport_round${[
  '(x, r) AS r',
  ...['DOUBLE', 'FLOAT'].map(type => `(x ${type}, r) AS round_even(CAST(x AS DOUBLE), 0)`),
  ...['SMALLINT', 'INTEGER', 'BIGINT'].map(type => `(x ${type}, r) AS CAST(r AS DOUBLE)`),
  ...['HUGEINT', 'DECIMAL(38, 10)'].map(type => `(x ${type}, r) AS r`),
].join(', ')}`

/** `s` is the sign of `x`: numeric of a numeric, and a double of all else. */
const signMacro = `CREATE MACRO everport_signed${[
  '(x, s) AS CAST(s AS DOUBLE)',
  ...['DOUBLE', 'FLOAT', 'SMALLINT', 'INTEGER', 'BIGINT'].map(type => `(x ${type}, s) AS CAST(s AS DOUBLE)`),
  ...['HUGEINT', 'DECIMAL(38, 10)'].map(type => `(x ${type}, s) AS CAST(s AS DECIMAL(1, 0))`),
].join(', ')}`

/** What was truncated, without its time zone. */
const plainMacro =
  'CREATE MACRO everport_plain(x) AS x, (x TIMESTAMPTZ) AS make_timestamp(epoch_us(x)), (x TIMESTAMP) AS x'

/** Days between dates; what else a minus gives stays as it is. */
const daysMacro = 'CREATE MACRO everport_difference(x) AS x, (x BIGINT) AS CAST(x AS INTEGER)'

/** Statements that make them, each after those that it calls. */
export function macroStatements(): string[] {
  const bodies = new Map(
    Object.entries(macros).map(([signature, body]) => [signature.split('(')[0] ?? '', { signature, body }]),
  )
  const made = new Set<string>()
  const make = (name: string): string[] => {
    const macro = bodies.get(name)
    if (macro === undefined || made.has(name)) return []
    made.add(name)
    const called = [...bodies.keys()].filter(other => macro.body.includes(`${other}(`))
    return [...called.flatMap(make), `CREATE MACRO ${macro.signature} AS (${macro.body})`]
  }
  return [...bodies.keys()]
    .flatMap(make)
    .concat(
      sumMacro('everport_sum', 's'),
      sumMacro('everport_dividend', 'CAST(s AS DOUBLE)'),
      truncatedMacro,
      roundMacro,
      signMacro,
      plainMacro,
      daysMacro,
    )
}
