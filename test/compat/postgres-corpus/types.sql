select 1, 1::smallint, 1::bigint, 1.5, 1.5::real, 1.5::float8, 'a', 'a'::varchar, 'a'::varchar(5), 'a'::char(3), true, null
select pg_typeof(1), pg_typeof(1.5), pg_typeof('a'), pg_typeof('a'::text), pg_typeof(null), pg_typeof(true), pg_typeof(1::bigint), pg_typeof(array[1]), pg_typeof(date '2024-01-01'), pg_typeof(interval '1 day')
select array[1, 2, 3], array['a', 'b'], array[1.5, 2], array[true, null], '{}'::int[], array[]::text[]
select array[array[1, 2], array[3, 4]], '{{1,2},{3,4}}'::int[], '{a,"b c",NULL,"NULL",""}'::text[]
select (array[1, 2, 3])[1], (array[1, 2, 3])[0], (array[1, 2, 3])[4], (array[1, 2, 3])[2:3], (array[1, 2, 3])[:2], (array[array[1, 2], array[3, 4]])[2][1]
select array[1, 2] || array[3], array[1, 2] || 3, 0 || array[1], array_append(array[1], 2), array_prepend(0, array[1]), array_cat(array[1], array[2])
select array_length(array[1, 2], 1), array_length('{}'::int[], 1), cardinality(array[1, 2]), array_ndims(array[array[1]]), array_upper(array[1, 2], 1), array_lower(array[1, 2], 1), array_dims(array[1, 2])
select array_position(array['a', 'b'], 'b'), array_positions(array[1, 2, 1], 1), array_remove(array[1, 2, 1], 1), array_replace(array[1, 2], 2, 9), trim_array(array[1, 2, 3], 1)
select array[1, 2] = array[1, 2], array[1, 2] < array[1, 3], array[1, 2] @> array[1], array[1] <@ array[1, 2], array[1, 2] && array[2, 3]
select array['a"b', 'c\d', 'e,f', ' g', 'h{', 'null', '']
select array[date '2024-01-01', null], array[timestamp '2024-01-01 10:00'], array[1.10, 2.2]::numeric[], array['x'::varchar]
select array_agg(x order by x), array_agg(distinct x) filter (where x > 1) from (values (1), (2), (null)) t(x)
select array_fill(7, array[3]), array_to_string(array['a', null], ',', 'N'), unnest(array[1, 2])
select '{"a": 1, "b": [1, 2]}'::json, '{"b":1, "a" : 2}'::jsonb, '[1, null, "x"]'::json, '"s"'::json, 'null'::json
select '{"a": {"b": 5}}'::json -> 'a' -> 'b', '{"a": {"b": 5}}'::json ->> 'a', '{"a": {"b": 5}}'::json #> '{a,b}', '{"a": {"b": 5}}'::json #>> '{a,b}', '[1,2,3]'::json -> 1, '[1,2,3]'::json ->> -1
select '{"a": "text"}'::json ->> 'a', '{"a": null}'::json ->> 'a', '{"a": 1}'::json -> 'zz', ('{"a": 1.50}'::json ->> 'a')::numeric
select '{bad'::json
select json_build_object('a', 1, 'b', null), json_build_array(1, 'a', null), to_json('x'::text), to_json(array[1, 2]), row_to_json(row(1, 'a'))
select json_agg(id order by id), json_object_agg(id, name order by id) from people where id < 3
select json_array_length('[1,2]'), json_typeof('{"a":1}'), jsonb_typeof('[1]'), json_extract_path_text('{"a":{"b":"c"}}', 'a', 'b')
select json_array_elements('[1,2]'), json_array_elements_text('["a"]')
select key, value from json_each('{"a":1,"b":"x"}')
select '{"a":1}'::jsonb @> '{"a":1}', '{"a":1}'::jsonb ? 'a', '{"a":1}'::jsonb || '{"b":2}'::jsonb, '{"a":1,"b":2}'::jsonb - 'a'
select jsonb_set('{"a":1}', '{a}', '2'), jsonb_pretty('{"a":1}'), jsonb_strip_nulls('{"a":null}')
select 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid
select 'zz'::uuid
select gen_random_uuid() is not null
select '\xDEADBEEF'::bytea, '\x'::bytea, 'a\\b'::bytea, E'\\001'::bytea
select b'101', x'1F', b'101'::bit(3), b'101'::int
select '192.168.1.1'::inet, '10.0.0.0/8'::cidr
select row(1, 'a', null), (1, 2), row(), row(1)
select (row(1, 'a')).f1
select cast(1 as text), cast('1' as integer), cast(null as date), cast(1 as numeric(5,2)), cast('2024-01-01' as timestamp)
select int '1', text 'a', date '2024-01-01', numeric '1.0', bool 'true', interval '1 day', json '{}'
select 1::text || '', 1.0::text, true::text, null::text, date '2024-01-01'::text, timestamp '2024-01-01 10:00'::text, array[1, 2]::text, interval '1 mon'::text, 1e-7::float8::text, '\x61'::bytea::text, json '{"a":1}'::text
select '{1,2}'::int[]::text[], '{1,x}'::int[]
select 't'::bool::text, 'f'::bool::int, 1::bool::text, (1 = 1)::text
select oid '5', 'pg_class'::regclass, 'int4'::regtype, 'integer'::regtype::oid, 23::regtype
select 'nope'::regclass
select 1::money
select null::int, null::text, null::date, null::int[], null::json
select 'a'::nosuchtype
select coalesce(null, 1), coalesce(null, 'a'), coalesce(1, 2.5), coalesce(1.5::float8, 1)
select case when true then 1 else 2.5 end, case when true then 1 else null end, case when false then 'a' end
select case when true then 1 else 'a' end
select greatest(date '2024-01-01', date '2024-02-01'), least(1::bigint, 2), greatest('a', 'b')
select nullif('a', 'a'), nullif(1, 1.0)
select 1 = any ('{1,2}'), 'a' in ('a', null)
select true::int + 1, 1::bool and true
select count(*)::int, sum(1)::int, avg(1)::float8, max('a'), min(date '2024-01-01') from people
select sum(1), sum(1::smallint), sum(1::bigint), sum(1.5), sum(1.5::real), sum(1.5::float8), sum(interval '1 day') from people
select avg(1), avg(1::bigint), avg(1.5), avg(1.5::float8), avg(1.5::real) from people
select max(1::smallint), min('x'::varchar), max(true::text), bool_or(true) from people
select max(true) from people
select sum('a') from people
select length(5)
select upper(5)
select substr(12345, 2)
select 'a' + 1
select 'a' + 'b'
select '1' + '2'
select '5' * 2
select date '2024-01-01' + date '2024-01-01'
select not 1
select 1 and true
select 5 from people where 1
select 1 where 'true'
select name + 1 from people
select id || name from people order by id
select id = '1', name = 'Ada' from people order by id
select id from people where id = 'x'
select born = '1815-12-10', born > '1900-01-01' from people order by id
select seen::text, born::text, active::text from people order by id
select d::text, r::text, n::text, d, r from numbers order by small
select -d, d * 2, r + d, r * 2, n + d, i + r, big * n from numbers order by small
select i / small, big / i, n / i, d / small from numbers where i > 0 order by small
select i::float8 / 3, (i / 3.0)::numeric(10,4), round(i / 3.0, 2) from numbers order by small
select json_agg(name order by id desc), json_object_agg(id, city order by id) from people
select json_agg(x) filter (where x > 5), jsonb_agg(x) filter (where x > 0) is not null from (values (1), (2)) t(x)
select array[1] || 2, 3 || array[4], 2 = any ('{1,2}'), 'x' <> all ('{a,b}')
select * from json_each('{"a":1,"b":{"c":2}}')
select * from jsonb_each('{"a":1,"b":"x"}') as t(k, v)
select * from json_each_text('{"a":1,"b":"x"}')
select k, v from jsonb_each_text('{"a":1,"b":null}') as t(k, v)
select x.key, x.value from (values ('{"a":1,"b":"x"}'::json)) t(j), json_each_text(t.j) x order by 1
select x.key, x.value from (values ('{"a":1,"b":"x"}'::json)) t(j) cross join lateral json_each(t.j) as x order by 1
select * from json_array_elements('[1,{"a":2}]') e
select e.value ->> 'a' from json_array_elements('[{"a":1},{"a":2}]') e
select e ->> 'a' from json_array_elements('[{"a":1},{"a":2}]') e
select value from json_array_elements_text('["a","b"]')
select x from json_array_elements_text('["a","b"]') as t(x)
select e from json_array_elements_text('["a","b"]') e
select t.id, e.value from (values (1, '[1,2]'::json), (2, '[3]')) t(id, a), json_array_elements(t.a) e order by 1, 2
select t.id, e ->> 'x' as x from (values (1, '[{"x":1}]'::json), (2, '[{"x":3}]')) t(id, a) cross join lateral json_array_elements(t.a) as e order by 1
select json_array_elements('[1,2]')
select value::text, ordinality from json_array_elements('[1,2]') with ordinality
select e.n, e.v from json_array_elements_text('["a"]') with ordinality as e(v, n)
select * from json_to_record('{"a":1,"b":"x"}') as x(a int, b text)
select * from json_to_recordset('[{"a":1,"b":"x"},{"a":2}]') as x(a int, b text)
select t.id, x.a from (values (1, '[{"a":1.50}]'::json)) t(id, j), json_to_recordset(t.j) as x(a numeric(5,2), d date)
select (select count(*) from json_array_elements('[1,2]') v), v from (values (5)) t(v)
select k from json_object_keys('{"a":1}') k
