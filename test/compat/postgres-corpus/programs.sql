select current_setting('search_path')
select date_trunc('month', day)::date as m, sum(amount), count(*) from orders group by 1 order by 1
select date_trunc('week', cast(day as timestamp)) as w, count(*) from orders group by date_trunc('week', cast(day as timestamp)) order by 1
select extract(year from day) as y, extract(quarter from day) as q, sum(amount) from orders group by 1, 2 order by 1, 2
select to_char(day, 'YYYY-MM') as m, sum(amount) from orders group by 1 order by 1
select to_char(day, 'Mon YYYY'), to_char(day, 'Day'), to_char(day, 'FMDay, DDth FMMonth YYYY'), to_char(day, 'YYYY-"Q"Q') from orders order by id
select to_char(seen, 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(seen, 'HH12:MI AM'), to_char(seen, 'YYYY-MM-DD"T"HH24:MI:SS.US') from people order by id
select to_char(amount, 'FM999,990.00'), to_char(amount, 'L999.99'), to_char(amount, '000000'), to_char(amount, '9G999D99') from orders order by id
select to_char(0.5, '990%'), to_char(1234567.891, 'FM9,999,999.00'), to_char(12, 'FM000'), to_char(-12, '999PR'), to_char(12, '999MI'), to_char(-12, '999MI')
select case when amount > 20 then 'big' when amount > 5 then 'small' else 'none' end as bucket, count(*) from orders group by 1 order by 2 desc, 1
select p.name, count(o.id), sum(o.amount), avg(o.amount) from people p left join orders o on o.person_id = p.id group by p.name order by p.name
select person_id, sum(amount) over (partition by person_id order by day rows between unbounded preceding and current row) from orders order by id
select id, amount - lag(amount) over (order by day) as diff, rank() over (order by amount desc nulls last), dense_rank() over (order by person_id), percent_rank() over (order by id), cume_dist() over (order by id), ntile(2) over (order by id) from orders order by id
select id, first_value(amount) over w, last_value(amount) over w, nth_value(amount, 2) over w, sum(amount) over w from orders window w as (order by day rows between 1 preceding and 1 following) order by id
select id, sum(amount) over (order by day range between interval '20 days' preceding and current row) from orders order by id
select id, count(*) over (order by day groups between 1 preceding and current row exclude current row) from orders order by id
select count(*) filter (where amount > 10), sum(amount) filter (where person_id = 1), avg(amount) filter (where person_id = 99) from orders
select string_agg(name, ', ' order by name desc), array_agg(id order by id desc), string_agg(distinct city, '|' order by city), array_agg(distinct active) from people
select array_agg(name order by id) filter (where active) from people
select person_id, day, sum(amount), grouping(person_id, day) from orders group by grouping sets ((person_id), (day), ()) order by 1, 2
select person_id, extract(month from day), sum(amount) from orders group by rollup (1, 2) order by 1, 2
select person_id, count(*) from orders group by cube (person_id, id) order by 1, 2 limit 5
select percentile_cont(0.5) within group (order by amount), percentile_disc(0.5) within group (order by amount), mode() within group (order by person_id) from orders
select day + interval '1 month', day - interval '1 day', day + 1, day - date '2024-01-01', seen - interval '90 minutes' from orders, people where people.id = 1 order by orders.id
select age(timestamp '2024-03-01', timestamp '2023-01-15'), age(date '2024-01-01')  is not null
select date_part('epoch', timestamp '2024-01-01 00:00' - timestamp '2023-12-31 12:00'), extract(epoch from interval '1 day 2 hours'), extract(day from timestamp '2024-01-05' - timestamp '2024-01-01')
select timestamp '2024-01-05 12:00' - timestamp '2024-01-01', (timestamp '2024-01-05' - timestamp '2024-01-01') / 2, interval '1 day' * 1.5, interval '10 hours' / 4, 2 * interval '1 hour'
select generate_series(date '2024-01-01', date '2024-01-03', interval '1 day')::date
select d::date from generate_series(timestamp '2024-01-01', timestamp '2024-01-03', '1 day') d
select * from generate_series(1, 10, 3) g
select i, (i * 10)::text from generate_series(3, 1, -1) as t(i)
select g.d, coalesce(sum(o.amount), 0) from generate_series('2024-01-01'::date, '2024-03-01'::date, '1 month') as g(d) left join orders o on date_trunc('month', o.day) = g.d group by 1 order by 1
select now() - interval '1 day' < now(), current_date - 7 < current_date, (now() at time zone 'UTC')::date = current_date
select timestamptz '2024-07-01 12:00+00' at time zone 'Europe/Berlin', timestamp '2024-07-01 12:00' at time zone 'America/New_York'
select date_trunc('day', timestamptz '2024-07-01 23:30+00', 'Europe/Berlin'), date_trunc('quarter', date '2024-05-05')
select date_bin('15 minutes', timestamp '2024-01-01 10:37', timestamp '2024-01-01')
select make_date(2024, 2, 29), make_timestamp(2024, 1, 2, 3, 4, 5.5), make_interval(days => 3), make_time(8, 15, 23.5)
select to_timestamp(1700000000), to_timestamp(1700000000.5), to_date('2024/05/06', 'YYYY/MM/DD'), to_timestamp('06.05.2024 13:14', 'DD.MM.YYYY HH24:MI')
select extract(isodow from day), extract(dow from day), extract(week from day), extract(doy from day) from orders order by id
select 'abc' ~ '^a', 'ABC' ~* 'b', regexp_replace('foobarbaz', 'b(..)', 'X\1', 'g'), regexp_replace('abc', '[ac]', '*'), regexp_match('foo123', '(\D+)(\d+)'), substring('foo123' from '\d+')
select regexp_matches('a1b2', '[a-z]\d', 'g'), regexp_split_to_array('a, b,c', ',\s*')
select split_part('a.b.c', '.', 2), split_part('a.b.c', '.', -1), left('hello', 2), right('hello', -2), lpad('7', 3, '0'), repeat('ab', 2), replace('aab', 'a', 'x'), translate('12345', '143', 'ax'), initcap('foo bar'), reverse('abc'), ascii('a'), chr(65), md5('a')
select concat('a', 1, null, true), concat_ws('-', 'a', null, 'b'), 'a' || 1, format('%s is %I %L', 'x', 'Col', 'it''s'), trim(both 'x' from 'xxaxx'), ltrim('  a'), position('b' in 'abc'), strpos('abc', 'c'), overlay('Txxxxas' placing 'hom' from 2 for 4)
select coalesce(city, 'none'), nullif(city, 'London'), greatest(id, 2), least(id, 2) from people order by id
select array[1,2,3] || 4, array[1,2] || array[3], array_length(array[1,2,3], 1), 2 = any(array[1,2]), array_position(array['a','b'], 'b'), array_to_string(array[1,2,null], ',', '*'), unnest(array[1,2])
select array[1,2] @> array[1], array[1,2] && array[2,3], array[1] <@ array[1,2], cardinality(array[1,2]), array_remove(array[1,2,1], 1), array_append(array[1], 2), array_prepend(0, array[1]), array_cat(array[1], array[2])
select '{"a":{"b":[1,2]}}'::jsonb -> 'a' -> 'b' -> 0, '{"a":1}'::jsonb ->> 'a', '{"a":{"b":2}}'::jsonb #>> '{a,b}', '{"a":1}'::jsonb ? 'a'
select key, value from jsonb_each_text('{"a":1,"b":"x"}')
select * from jsonb_array_elements('[1,{"a":2}]') e
select json_agg(id order by id), json_object_agg(id, name) from people
select row_to_json(p) from people p where id = 1
select row_to_json(t) from (select id, name from people where id < 3) t
select json_build_object('id', id, 'name', name) from people order by id
select jsonb_build_object('id', id, 'name', name) from people order by id
select round(12.345, 2), round(12.5), round(-2.5), round(1234.5, -2), trunc(12.99), trunc(12.987, 2), ceil(1.2), floor(-1.2), abs(-5), sign(-2), mod(7, 3), power(2, 10), sqrt(2), ln(2.718281828), exp(1), log(100), pi(), cbrt(27), degrees(1), div(7, 2), 7 / 2, 7 % 3, -7 / 2, -7 % 3
select round(avg(amount), 2), round(sum(amount) / count(*), 2), sum(amount) * 100 / 3 from orders
select count(*) * 100.0 / (select count(*) from people) from people where city is not null
select 100.0 * sum(case when active then 1 else 0 end) / count(*) as pct from people
select cast(sum(amount) as float8) / count(*), sum(amount)::int, sum(amount)::text from orders
select width_bucket(amount, 0, 100, 5) from orders order by id
select var_samp(amount), stddev(amount), corr(id, amount), covar_pop(id, amount), regr_slope(amount, id) from orders
select bool_and(active), bool_or(active), every(active), bit_and(id), bit_or(id) from people
with recursive t(n) as (values (1) union all select n + 1 from t where n < 5) select sum(n), avg(n) from t
with m as (select person_id, sum(amount) s from orders group by 1) select p.name, m.s from people p join m on m.person_id = p.id where m.s > 5 order by 1
select * from (select id, row_number() over (partition by person_id order by day desc) rn from orders) t where rn = 1 order by id
select distinct on (person_id) person_id, id, amount from orders order by person_id, day desc
select id from people where name ilike '%a%' and (city is null or city like 'L%') order by id
select exists(select 1 from orders where person_id = p.id) from people p order by id
select name from people where id = all(select 1) or id in (select person_id from orders) order by name collate "C"
select id from orders order by amount desc nulls last limit 2 offset 1
select id from orders order by amount fetch first 2 rows only
select 1 where 1.0 = 1 and '1' = 1::text
select 'x'::varchar(10), cast('x' as char(3)), 'x'::name
select null::int, null::text, null::date, null
select 1e3, 1.5e-3, 0.1 + 0.2, 0.1::float8 + 0.2::float8, 1::float4 / 3, 10 / 4.0
select interval '1 month' + interval '3 days', interval '36 hours', interval '1 year 2 months', justify_interval(interval '40 days'), interval '-1 day', -interval '1 day'
select '1 day'::interval, '01:30'::interval, 'P1DT2H'::interval, interval '90' minute, interval '1.5 hours'
select date '2024-01-31' + interval '1 month', timestamp '2024-03-31' - interval '1 month'
select timestamp '2024-01-01' < date '2024-01-02', date '2024-01-01' = timestamp '2024-01-01 00:00', date '2024-01-01' between '2023-01-01' and '2024-12-31'
select cast('2024-01-01' as date), '2024-01-01T10:00:00Z'::timestamptz, 'Jan 5, 2024'::date, '20240105'::date, '01/05/2024'::date
select md5(name), length(name), upper(name), substring(name from 1 for 2), substring(name, 2) from people where id < 4 order by id
select count(distinct city), count(distinct (city, active)), sum(distinct person_id) from people, orders
select sum(id) over () , sum(sum(amount)) over (), count(*) over (partition by person_id) from orders group by id, person_id order by id
select 1/0
select 'abc'::int
select '2024-13-01'::date
select id from people group by name
select sum(amount) from orders where sum(amount) > 1
select 1 +
select (select id from people)
select 99999999999::int
select 1::smallint * 100000::int
select date '2024-01-01' + 'x'
select id, name from people union select id from orders
select * from unnest(array[1,2], array['a','b']) as t(a, b)
select * from unnest(array['a','b']) with ordinality as t(x, n)
select x from unnest(string_to_array('a,b', ',')) x
select lower(name) as n, count(*) from people group by lower(name) having count(*) > 0 order by n
select sum(amount), day from orders group by day order by sum(amount) desc nulls last, day
select to_number('1,234.5', '9G999D9'), '12.50'::numeric(10,1), 12.5::numeric(6,3)
select gen_random_uuid() is not null, random() between 0 and 1
select 'a' < 'B', 'é' > 'z', 'a' = 'a '
select true and null, not null::boolean, true::int, 1::boolean, 'yes'::boolean, true::text
select quote_literal('a''b'), quote_ident('Ab'), pg_typeof(1), version() like 'PostgreSQL 15%'
select lateral_x.v from people p cross join lateral (select p.id * 2 as v) lateral_x order by 1
select max(day), min(seen), max(name), min(active::int) from orders, people
select bit_length('abc'), octet_length('é'), char_length('é'), crc32('a'::bytea)
select encode('abc', 'base64'), encode('abc'::bytea, 'hex'), decode('YWJj', 'base64'), convert_from('\x616263', 'UTF8'), convert_to('abc', 'UTF8'), sha256('abc')
select array_agg(x) from (select unnest(array[3,1,2]) x order by 1) t
select string_agg(id::text, ',') from (select id from people order by id desc) t
select (now() - (now() - interval '3 days'))::text, extract(days from interval '3 days')
select date '2024-05-05' - interval '1 week' as a, date_part('year', date '2024-05-05')::int, extract(year from date '2024-05-05')::int
select cast(date_trunc('month', current_date) as date) <= current_date, date_trunc('year', now()) <= now()
select (date_trunc('week', (day + (1 * interval '1 day'))::timestamp) + (-1 * interval '1 day')) from orders order by id
select cast(extract(dow from seen) as integer) + 1 from people order by id
select "source"."m", sum("source"."amount") as "sum" from (select date_trunc('month', "public"."orders"."day") as "m", "public"."orders"."amount" as "amount" from "public"."orders") as "source" group by "source"."m" order by "source"."m" asc
select "_"."person_id", "_"."a0" from (select "rows"."person_id" as "person_id", sum("rows"."amount") as "a0" from (select "person_id", "amount" from "public"."orders" "$Table") "rows" group by "person_id") "_" where not "_"."a0" is null order by 1 limit 1000001
select count(*) from (select 1 from people limit 2) as x
select sum(cast(amount as decimal(38, 4))), cast(amount as decimal(19,4)) from orders group by amount order by amount
select floor(amount / 10) * 10 as bin, count(*) from orders group by 1 order by 1
select floor((amount - 0.0) / 12.5) * 12.5 + 0.0 from orders order by id
select sum(amount) / nullif(sum(case when person_id = 1 then 1 end), 0) from orders
select id % 2 = 0, id & 1, id | 4, id # 1, ~id, id << 1 from people order by id
select log(2.0, 64.0), 2 ^ 3, |/ 25, @ -5, 5 !~ 'x'
select name::bytea from people where id = 1
select substr(name, -1, 3), right(name, 1), name like '_d%' from people order by id
select '[1,2]'::jsonb @> '[1]', jsonb_array_length('[1,2]'), jsonb_typeof('{"a":1}'), to_jsonb(1), to_jsonb('x'::text), '{"a":1}'::jsonb || '{"b":2}', '{"a":1}'::jsonb - 'a', jsonb_path_query('{"a":[1,2]}', '$.a[*]')
select jsonb_object_keys('{"a":1,"b":2}'), json_array_length('[1,2,3]')
select id, jsonb_agg(name) from people group by id order by id
select sum(amount) filter (where day >= date '2024-01-01' and day < date '2024-02-01') as jan, sum(amount) filter (where day >= date '2024-02-01' and day < date '2024-03-01') as feb from orders
select person_id, array_agg(amount order by day) from orders group by 1 order by 1
select avg(id), avg(amount), avg(d), avg(r) from numbers, orders, people where people.id = orders.id and numbers.small = 1
select sum(small), sum(i), sum(big), sum(r), sum(d), sum(n), avg(small), avg(big) from numbers
select count(*), count(i), min(n), max(n), min(d), max(r) from numbers
select i / small, n / i, n / nullif(n, 0), n / 3, big / i, d / small from numbers where i <> 0 order by small
select n * i, n + small, n - big, n % 5, i % 3 from numbers order by small
select date '2024-01-01' + time '10:00'
select time '10:00' + interval '2 hours'
select time '23:00' + interval '2 hours'
select time '10:00' - time '08:30'
select time '10:00' - interval '1 hour'
select interval '1 day' > interval '23 hours', interval '30 days' = interval '1 month'
select interval '1 day'::text
select interval '1 day'::time
select to_char(date '2024-02-09', 'IYYY-IW-ID')
select to_char(date '2024-02-09', 'Q DDD D J WW')
select to_char(date '2024-02-09', '"Q"Q YYYY')
select to_char(interval '1 day 2:03:04', 'HH24:MI:SS')
select to_char(timestamp '2024-02-09 00:05', 'HH:MI pm')
select to_char(timestamptz '2024-01-01 00:00+00', 'TZ OF')
select to_char(timestamp '2024-02-09 00:05', 'YYYY-MM-DD HH24:MI:SS')
select to_char(timestamp '2024-02-09 00:05', 'YY MON Mon mon MONTH DY Dy D FMDD FMMM Month|')
select to_char(timestamp '2024-02-09 15:05', 'HH12:MI:SS AM'), to_char(timestamp '2024-02-09 15:05', 'HH12:MI a.m.'), to_char(date '2024-02-01', 'DDth')
select to_char(timestamp '2024-02-09 15:05:07.123456', 'SSSS MS US FF3 CC BC')
select to_char(12.5, '99.9%'), to_char(0.123, 'FM990.0%')
select to_char(1234.5, '$9,999.00'), to_char(1234.5, 'FM$9,999.00'), to_char(5, '"no "9')
select to_char(1e6::float8, '9.99EEEE')
select to_char(-5, 'S9'), to_char(5, 'SG9'), to_char(5, '9S'), to_char(5, 'PL9')
select 'a' || 1.0::float8, 'a' || true, 'a' || date '2024-01-01', 'a' || 1.50, 'a' || interval '1 month', 'x' || null
select name || ' ' || id || ' ' || active || ' ' || born from people order by id
select r || '', d || '', n || '', i || 'x' from numbers order by small
select concat(r, d, n, i), concat_ws('-', r, d) from numbers order by small
select concat(active, born, seen), format('%s %s', active, d) from people, numbers where small = 1 order by id
select sum(seen - timestamp '2024-01-01') from people
select avg(seen - timestamp '2024-01-01') from people
select max(seen - timestamp '2024-01-01') from people
select sum(day - date '2024-01-01'), avg(day - date '2024-01-01') from orders
select cast(seen as timestamp(0)), seen::timestamptz(0), seen::timestamp(3) from people order by id
select seen::date, seen::time, seen::time(0), cast(seen as date) from people order by id
select localtimestamp(0) is not null, current_timestamp(3) is not null
select (timestamp '2024-01-01', timestamp '2024-02-01') overlaps (timestamp '2024-01-15', timestamp '2024-03-01')
select (date '2024-01-01', interval '5 days') overlaps (date '2024-01-06', date '2024-01-10')
select regexp_count('abcabc', 'b'), regexp_like('abc', 'B', 'i'), regexp_substr('abc', 'b.')
select regexp_instr('abc', 'c'), regexp_count('ABC', 'b', 1, 'i')
select '{"a":1}'::jsonb - 'a'
select '{"a":1}'::jsonb || '{"b":2}'::jsonb
select '{"a":1}'::jsonb @> '{"a":1}'
select '{"a":1}'::jsonb ?| array['a','c'], '{"a":1}'::jsonb ?& array['a','c']
select jsonb_set('{"a":1}', '{a}', '2')
select jsonb_pretty('{"a":1}')
select jsonb_strip_nulls('{"a":null}')
select json_extract_path_text('{"a":{"b":1}}', 'a', 'b'), jsonb_extract_path('{"a":{"b":1}}', 'a')
select jsonb_path_exists('{"a":[1,2]}', '$.a[*]'), jsonb_path_query_first('{"a":[1,2]}', '$.a[0]')
select * from json_each_text('{"a":1,"b":"x"}')
select * from json_to_record('{"a":1,"b":"x"}') as x(a int, b text)
select * from json_to_recordset('[{"a":1,"b":"x"},{"a":2}]') as x(a int, b text)
select * from jsonb_to_recordset('[{"a":1,"b":"x"},{"a":2}]') as x(a int, b text)
select e.value ->> 'a' from json_array_elements('[{"a":1},{"a":2}]') e
select value from jsonb_array_elements_text('["a","b"]')
select t.k from json_object_keys('{"a":1,"b":2}') as t(k)
select json_agg(row_to_json(t)) from (select id, amount from orders where id < 3 order by id) t
select json_agg(t) from (select id, amount from orders where id < 3 order by id) t
select to_json(seen), to_json(born), to_json(active), to_json(array['a']) from people where id = 1
select jsonb_agg(jsonb_build_object('id', id, 'd', born) order by id) from people
select json_object('{a,1,b,2}'), json_build_object('d', date '2024-01-01', 't', timestamp '2024-01-01 10:00')
select array_to_json(array[1,2]), json_array_length('[1,2]')
select cast('{"a":1}' as json)->>'a' = '1'
select sign(-3), sign(-2.5::float8), sign(-2.5)
select greatest(date '2024-01-01', date '2024-02-01'), least('a', 'b')
select round(2.567::float8), round((2.567::float8)::numeric, 2), trunc(2.567::float8), round(5), round(-5.5::float8)
select 5::float8 / 2, 5::float4 / 2, 7 / 2.0, 7.0 / 2, 7::bigint / 2, 2::numeric ^ 3, 2 ^ 3
select atan2(1, 2), sin(0), cos(0), asin(1), cot(1), radians(180), sinh(1), log10(100), ln(10.0), factorial(5), gcd(12, 18), lcm(4, 6)
select generate_series(1, 3), generate_series(1, 2)
select unnest(array[1,2]), 'x'
select x, y from (values (1, 'a'), (2, 'b')) v(x, y) where x in (select generate_series(1, 1))
select generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '12 hours')
select count(*) from generate_series(1, 100000) g
select * from generate_series(1.0, 2.0, 0.5)
select * from generate_series(date '2024-01-01', date '2024-01-03', '1 day')
select extract(epoch from timestamp '2024-01-01 00:00:00.5'), extract(epoch from date '2024-01-01'), extract(second from time '10:00:01.5'), date_part('hour', timestamp '2024-01-01 10:30')
select extract(century from date '2024-01-01'), extract(decade from date '2024-01-01'), extract(millennium from date '2024-01-01'), extract(microseconds from time '00:00:01.5')
select timestamp 'epoch' + 1700000000 * interval '1 second', to_timestamp(1700000000) at time zone 'UTC'
select date '2024-01-01' + interval '1 day' * 3, date '2024-01-01' + 3 * interval '1 day', date '2024-01-01' + (id || ' days')::interval from people order by id
select date '2024-01-01' + make_interval(months => id), make_interval(0, 1), (day + interval '1 month')::date from people, orders where people.id = orders.id order by 1
select day - interval '1 month' * id from orders order by id
select age(day, date '2023-01-01'), extract(year from age(timestamp '2024-06-01', timestamp '2000-01-01')), date_part('day', timestamp '2024-01-10' - timestamp '2024-01-01') from orders order by id
select date_trunc('month', day) + interval '1 month' - interval '1 day' as eom, (date_trunc('month', day) + interval '1 month - 1 day')::date from orders order by id
select date_trunc('week', day)::date, date_trunc('hour', seen), date_trunc('decade', seen), date_trunc('minute', interval '1:23:45') from orders, people where orders.id = people.id order by orders.id
select day::text, seen::text, amount::text, active::text, (1.50)::text, 1e20::float8::text, 1e-7::float8::text, '{1,2}'::int[]::text from people, orders where people.id = orders.id order by orders.id
select 'infinity'::timestamp > now(), '-infinity'::date < current_date, isfinite(date '2024-01-01')
select string_agg(distinct name, ','), array_agg(distinct id), count(distinct name) filter (where id > 1) from people
select array_agg(distinct city) from people
select sum(amount) filter (where amount > 8) over (partition by person_id) from orders order by id
select lag(amount, 1, 0.0) over (order by id), lead(id, 2) over (order by id) from orders order by id
select first_value(name) over (order by id desc), last_value(name) over (order by id range between unbounded preceding and unbounded following) from people order by id
select row_number() over () from people
select sum(i) over (order by small rows 1 preceding), avg(i) over (order by small rows between 1 preceding and 1 following) from numbers order by small
select grouping(person_id), sum(amount) from orders group by rollup (person_id) order by 1, 2
select array_length('{}'::int[], 1), array[]::int[] = '{}', '{1,2}'::int[] || 3
select array(select id from people order by id), array(select name from people order by id)
select (array_agg(name order by id))[1], (array_agg(id order by id))[1:2] from people
select string_to_array('a,b,,c', ','), string_to_array('abc', null), array_to_string(array_agg(name order by id), ';') from people
select 3 = any(array_agg(id)), 1 <> all(array[2,3]), 2 > any('{1,3}'::int[]) from people
select regexp_replace('Hello World', '(\w+) (\w+)', '\2 \1'), regexp_replace('aaa', 'a', 'b', 'g'), regexp_replace('ABC', 'b', 'x', 'i'), regexp_replace('a.b', '\.', '', 'gi')
select 'foo' similar to '(f|b)oo', 'abc' like 'a_c', 'a%c' like 'a\%c', 'x' not ilike 'X'
select to_date('20240131', 'YYYYMMDD'), to_date('31 Jan 2024', 'DD Mon YYYY'), to_timestamp('2024-01-31 14:05:06', 'YYYY-MM-DD HH24:MI:SS')
select to_number('12,454.8-', '99G999D9S'), to_number('$12', 'L99'), '1,5'::text::numeric
select md5('a'), sha256('a'::bytea), encode(sha256('a'::bytea), 'hex'), left(md5('a'), 8)
select convert_from('abc'::bytea, 'UTF8'), encode('abc'::bytea, 'escape'), length('abc'::bytea), get_byte('abc'::bytea, 0)
select pg_sleep(0)
select * from (values (1)) t(a) full join (values (2)) u(a) using (a) order by a
select a, b from (values (1, 2)) t(a, b) natural join (values (1, 3)) u(a, c)
select * from people p, lateral (select o.id as oid from orders o where o.person_id = p.id limit 1) x order by p.id
select p.id, x.* from people p left join lateral (select o.id as oid, o.amount from orders o where o.person_id = p.id order by o.day desc limit 1) x on true order by p.id
select id from people order by case when id = 3 then 0 else 1 end, id desc
select id as x from people order by x limit 1
select id, count(*) over () from people limit 2
select sum(id) from people having sum(id) > 100
select distinct city from people order by city nulls first
select city from people group by city order by count(*) desc, city
select * from (select 1 as a) t where a::text = '1'
select coalesce(sum(amount), 0) from orders where false
select coalesce(null, 0), coalesce(null, 0.0), nullif(0, 0)
select max(amount) - min(amount), max(day) - min(day), max(seen) - min(seen) from orders, people
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b
with recursive d as (select date '2024-01-01' as d union all select (d + interval '1 day')::date from d where d < date '2024-01-03') select * from d
select * from people where born > '1900-01-01' order by id
select * from people where born between '1800-01-01' and '1910-01-01' and seen > '2000-01-01 00:00:00' order by id
select * from orders where day = '2024-01-05' or day >= current_date order by id
select id from orders where day >= date_trunc('month', timestamp '2024-02-10') and day < date_trunc('month', timestamp '2024-02-10') + interval '1 month' order by id
select case when 1 = 1 then 'a' else null end, case 1 when 1 then 2 end
select 'a'::text collate "C" < 'b'
select cast(1.5 as integer), cast(2.5 as integer), cast('  7 ' as integer), cast(1.5::float8 as integer), cast(true as integer), cast(12.345 as numeric(4,1))
select 1.0::int::text || 'x', 1::text::int, '1.5'::float8::numeric, '1e3'::numeric, 1e3::int
select to_char(interval '1 day 2:03:04', 'HH24:MI:SS'), to_char(interval '26:03:04', 'HH24:MI'), to_char(timestamp '2024-01-01 05:06:07', 'HH24:MI:SS'), to_char(interval '5 minutes', 'MI:SS'), to_char(timestamp '2024-01-01 05:06:07', 'FMHH24:MI'), to_char(interval '-5 minutes', 'HH24:MI')
select to_char(seen - timestamp '2024-02-29 20:00', 'HH24:MI:SS'), to_char(max(seen) - min(seen), 'HH24:MI') from people where id < 3 group by seen order by 1
select to_char(seen, 'HH24'), to_char(seen, 'HH24:MI'), to_char(seen, 'SS') from people order by id
select '{"a":1}'::jsonb ?| array['a','c'], '{"a":1}'::jsonb ?& array['a','c']
select to_json(seen)::text, to_json(born)::text, to_json(active)::text, to_json(seen::timestamptz)::text from people order by id
select to_json(amount)::text, to_json(id)::text, to_json(array[1.50])::text from orders order by id
select json_agg(amount order by id)::text, json_agg(day order by id)::text from orders
select (json_build_object('d', date '2024-01-01', 't', timestamp '2024-01-01 10:00', 'n', 1.50, 'x', null, 'b', true, 'o', json_build_object('k', 1)) ->> 't'), json_build_array(1.50, 'a') ->> 0
select json_agg(seen order by id)::text from people
select to_json('a'::text), to_json(1.5), to_json(null::text), to_json('{"a":1}'::json)
select json_object_agg(id, amount)::json ->> '1' from orders
select date_trunc('month', "orders"."day") as "x", sum("orders"."amount") as "SUM(amount)" from "public"."orders" where "day" >= to_timestamp('2024-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') group by date_trunc('month', "orders"."day") order by "SUM(amount)" desc limit 1000
select case when ((case when "p"."name" = 'Ada' then 1 else 0 end) = 1) then 'A' else cast(null as text) end as calc, sum(1) as "sum:Number of Records:ok" from "public"."people" "p" group by 1 order by 1
select cast("p"."born" as date) as "born", extract(year from "p"."born") as yr, cast(extract(quarter from "p"."born") as integer) from people p where not ("p"."born" is null) order by 1
select to_char(date_trunc('day', seen), 'YYYY-MM-DD') as d, count(*) as n from people group by date_trunc('day', seen) order by d
select to_char(date_trunc('week', seen), 'IYYY-"W"IW') as w from people where seen is not null order by 1
select date(seen), date(seen)::text from people where id = 1
select "p".* from "people" as "p" where (lower("p"."name") like '%a%') order by "p"."id" asc limit 2
select count(distinct "p"."city") as "count", sum(case when "p"."active" = true then 1 else 0.0 end) as "count-where" from "people" "p"
select cast((100.0 * count(case when active then 1 end)) / nullif(count(*), 0) as numeric(10, 2)) from people
select (extract(epoch from seen)::bigint / 60) * 60 as "time", count(*) from people group by 1 order by 1
select floor(extract(epoch from seen) / 300) * 300 as "time" from people order by 1
select to_timestamp(floor((extract('epoch' from seen) / 600)) * 600) as interval_alias from people where id < 3 order by 1
select date_trunc('hour', seen) + date_part('minute', seen)::int / 15 * interval '15 min' from people order by 1
select seen at time zone 'UTC' at time zone 'Europe/Berlin' from people order by id
select (seen at time zone 'Europe/Berlin')::date from people order by id
select * from people where seen >= now() - interval '100 years' and seen < now() order by id
select * from people where seen::date = '2024-03-10'::date
select * from people where date_part('year', born) = 1815
select * from people where born in (date '1815-12-10', '1906-12-09') order by id
select * from people where (name, id) = ('Ada', 1)
select coalesce(name, '') || ', ' || coalesce(city, '') as label from people order by id
select trim(both ' ' from '  x '), trim(leading from '  x'), trim(trailing 'x' from 'axx'), btrim('xax', 'x'), rtrim('a  ')
select string_agg(name || ':' || id, ',' order by id) from people
select array_to_string(array_agg(distinct city order by city), ',') from people
select percent_rank() over (order by amount), cume_dist() over (partition by person_id order by amount) from orders order by id
select sum(amount) over (partition by date_trunc('month', day)) / sum(amount) over () from orders order by id
select round(100.0 * amount / sum(amount) over (), 2) from orders order by id
select amount::numeric / lag(amount) over (order by id) - 1 as growth from orders order by id
select avg(amount) over (order by day rows between 2 preceding and current row) from orders order by id
select id, sum(amount) over (order by day range between unbounded preceding and interval '10 days' following) from orders order by id
select stddev_pop(amount), var_pop(id) from orders
select min(amount) filter (where id > 1), max(day) filter (where amount is not null) from orders
select bool_and(amount > 5) from orders
select person_id, count(*) filter (where amount is null) as nulls from orders group by person_id having count(*) > 1 order by 1
select greatest(day, date '2024-02-01'), least(amount, 20) from orders order by id
select case when day between '2024-01-01' and '2024-01-31' then 'jan' else 'other' end, count(*) from orders group by 1 order by 1
select cast(day as timestamp) as ts, cast(day as varchar) as s, day::timestamptz from orders order by id
select cast(amount as varchar(10)), cast(amount as char(5)), amount::text || '%' from orders order by id
select '2024-01-01'::date + (id || ' month')::interval from people order by id
select generate_series('2024-01-01'::timestamp, '2024-01-03', '1 day')
select d.d::date, count(o.id) from generate_series((select min(day) from orders), (select max(day) from orders), interval '1 week') as d(d) left join orders o on o.day >= d.d and o.day < d.d + interval '1 week' group by 1 order by 1
select series from generate_series(1, (select max(id) from people)) as series
select extract(day from (timestamp '2024-03-01' - timestamp '2024-02-01')), (date '2024-03-01' - date '2024-02-01')
select extract(epoch from (max(seen) - min(seen))) / 3600 from people
select date_part('day', age(timestamp '2024-03-10', timestamp '2024-01-01')), extract(month from age(date '2024-03-10', date '2024-01-01'))
select justify_interval(max(seen) - min(seen)) from people
select max(seen)::date - min(seen)::date from people
select round((extract(epoch from seen - born) / 86400)::numeric, 1) from people where id = 1
select date_trunc('month', current_date) - interval '1 month' < current_date, (date_trunc('month', now()) + interval '1 month' - interval '1 day')::date >= current_date
select current_date - interval '7 days' <= now(), localtimestamp <= now(), current_timestamp::date = current_date
select substring(name from '^.') || '.' from people order by id
select substring(name from 2), position('a' in name), char_length(name), overlay(name placing 'X' from 1 for 1) from people order by id
select regexp_replace(name, '[aeiou]', '', 'g'), name ~ '^[A-E]', name !~* 'a' from people order by id
select split_part(seen::text, ' ', 1), left(seen::text, 7) from people order by id
select lpad(id::text, 5, '0'), rpad(name, 6, '.'), repeat('*', id) from people order by id
select md5(id::text), md5(name || id) from people order by id
select format('%s-%s', id, name), concat(id, '-', name), concat_ws(', ', name, city) from people order by id
select nullif(city, ''), coalesce(city, name, 'x'), city is distinct from 'London', city is not distinct from null from people order by id
select name, row_number() over (order by name collate "C") from people
select count(*) over (partition by city is null) from people order by id
select id from people where city is null or not active order by 1
select id from people where active is true union all select id from people where active is not true order by 1
select id from people except select person_id from orders order by 1
select id from people intersect all select person_id from orders order by 1
select * from (select id, name from people order by id limit 2) a cross join (select 1 as one) b
select p.id, o.id from people p full outer join orders o on p.id = o.person_id order by 1 nulls last, 2
select p.name from people p where exists (select 1 from orders o where o.person_id = p.id and o.amount > 20)
select p.name, (select count(*) from orders o where o.person_id = p.id) n from people p order by n desc, p.name collate "C"
select p.name, (select string_agg(o.id::text, ',' order by o.id) from orders o where o.person_id = p.id) from people p order by p.id
select p.name, (select max(o.day) from orders o where o.person_id = p.id)::text from people p order by p.id
select p.id, (select array_agg(o.amount order by o.id) from orders o where o.person_id = p.id) from people p order by p.id
with t as materialized (select * from orders) select count(*) from t
with recursive tree(id, depth, path) as (select 1, 0, array[1] union all select id + 1, depth + 1, path || (id + 1) from tree where depth < 2) select * from tree order by 1
values (1, 'a'), (2, 'b') order by 1 desc
table people limit 0
select distinct on (city) city, name from people order by city nulls last, name
select * from orders order by amount desc nulls last, id offset 1 row fetch next 2 rows only
select 'A' as "Mixed Case", 1 as "select"
select id as "ID" from people group by "ID" order by "ID" limit 1
select amount * 1.19, amount / 2, amount % 3, -amount, amount ^ 2, @ amount from orders order by id
select amount::int, amount::bigint, amount::float8, amount::real, amount::numeric(12, 1), amount::boolean is null from orders where id = 99
select sum(amount)::numeric(12, 2), avg(amount)::numeric(12, 2), round(avg(amount)), trunc(avg(amount), 1), ceil(avg(amount)) from orders
select 1::bigint * 3, 2147483647::bigint + 1, 5 / 2::bigint, 7.5::float8::int, 1e15::bigint, '  12'::int
select 32767::int2 + 1::int2
select 1.1::float4::float8, 1.1::float4::numeric, 1.1::float8::numeric(5, 1), 123456789::float4
select true::int + 1, 't'::bool, 'off'::boolean, 0::boolean, (1 = 1)::text
select uuid '12345678-1234-1234-1234-123456789012', '12345678123412341234123456789012'::uuid::text
select '{"a": [1, 2, {"b": null}]}'::json #>> '{a,2,b}', '{"a": [1, 2]}'::json -> 'a' ->> 0, json_array_length('{"a": [1, 2]}'::json -> 'a')
select (j ->> 'n')::int + 1, j -> 'o' ->> 'x', j #> '{o,x}' from (values ('{"n": 5, "o": {"x": "y"}}'::json)) t(j)
select jsonb_array_length(j -> 'a'), j @> '{"k": 1}'::jsonb, j ? 'a' from (values ('{"a": [1], "k": 1}'::jsonb)) t(j)
select unnest(array['a', 'b']) as x, generate_series(1, 2) as y
select a[1], a[2:3], array_length(a, 1), a || 9, 5 = any(a), a @> array[2] from (values (array[1, 2, 3])) t(a)
select pg_typeof(amount)::text, pg_typeof(day)::text, pg_typeof(id)::text from orders limit 1
select a || 9, a || a from (values (array[1, 2, 3])) t(a)
select a || 9, n || 1 from (values (array[1, 2, 3], 'x')) t(a, n)
select max(seen)::date - min(seen)::date, max(seen::date) - date '2024-01-01' from people
select name || id, id || name from people order by id
select name || city from people order by id
