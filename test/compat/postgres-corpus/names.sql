select 1 + 1
select count(*), sum(id), max(id), min(name) from people
select upper('a'), coalesce(null, 1), nullif(1, 2), greatest(1, 2), least(1, 2)
select case when true then 1 end, case when true then id end, case when true then 1 else id end from people where id = 1
select cast(1 as text), 1::text, id::text, '2024-01-01'::date, '1'::int4, 1::double precision, 1::numeric(5,2), 'a'::character varying from people where id = 1
select array[1], array(select 1), row(1, 2), exists (select 1), (select 1), (select 1 as inner_name), (select id from people limit 1)
select true, null, 'a', 1.5, -1, not true, 1 = 1, 1 is null, 1 between 0 and 2, 1 in (1)
select extract(year from date '2024-01-01'), date_part('year', date '2024-01-01'), position('a' in 'a'), substring('a' from 1), trim('a'), overlay('abc' placing 'x' from 1), collation for ('a')
select current_date is null, current_timestamp is null
select (array[1, 2])[1], (p.id) from people p where id = 1
select current_user is null, current_schema
select p.id, p.name as n, p.id as "Id" from people p where id = 1
select row_number() over (), rank() over (order by 1), sum(1) over ()
select unnest(array[1]), generate_series(1, 1)
select 'x'::regclass is null
select date '2024-01-01', timestamp '2024-01-01', interval '1 day', int '1', bool 't'
select count(distinct id), count(id) filter (where id > 1), string_agg(name, ',' order by id), array_agg(id order by id), every(true), json_agg(id order by id) from people
select Upper('a'), "upper"('a'), pg_catalog.upper('a')
select x from (select 1 as X) t
select X from (select 1 as "X") t
select "X" from (select 1 as "X") t
select T.x, t.X from (select 1 as x) t
select * from (select 1 as "CamelCase", 2 as lower) t
select people.name from people where people.id = 1
select ÅSA.id from people as ÅSA where id = 1
select 1 as ÄÖ, 2 as "ÄÖ"
select a.b.c from (select 1) a
select xmlelement(name foo)
select localtime is null, localtimestamp is null, current_time is null
select 5 as value, 6 as type, 7 as year, 8 as name, 9 as text, 10 as date
select 1 one, 2 two
select t.* from (values (1, 2)) t
select * from (select 1, 2) t
select * from (select count(*), 5 from people) t
select count from (select count(*) from people) t
select "?column?" from (select 1 + 1) t
select 1 as "with ""quotes""", 2 as "ünï", 3 as "a.b"
select 1 as aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhh
select current_setting('no.such')
select set_config('nosuch', 'x', false)
select set_config('statement_timeout', 'x', false)
select set_config(null, 'x', false)
select set_config('application_name', upper('x'), false) is null, current_setting('server_version_num')::int >= 150000
select current_setting('search_path'), current_setting('no.such', true)
