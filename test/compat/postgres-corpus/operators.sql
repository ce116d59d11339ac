select 7 / 2
select -7 / 2
select 7 % 3, -7 % 3, mod(-7, 3)
select 7.0 / 2
select 7 / 2.0
select 1::numeric / 3
select 10::float8 / 4
select 1 / 0
select 1.0 / 0
select 1::float8 / 0
select 1 % 0
select mod(5, 0)
select 0::float8 / 0::float8
select i, 100 / i from numbers where i <> 0 order by small
select small, case when i <> 0 then 100 / i end from numbers order by small
select 100 / i from numbers
select small from numbers where i = 0 or 100 / i > 5 order by 1
select coalesce(nullif(i, 0), 1) from numbers order by small
select 2 ^ 10
select 2 ^ 0.5
select 2 ^ -1
select -2 ^ 2
select 5 # 3
select 5 & 3, 5 | 3, ~5
select 1 << 4, 256 >> 2
select @ -5, @ -5.5
select |/ 25, ||/ 27
select 2147483647 + 1
select 2147483647::bigint + 1
select 9223372036854775807 + 1
select 32767::smallint + 1::smallint
select 100000 * 100000
select -(-2147483648)
select 1 + 1.5, 1 + 1.5::float8, 1::smallint + 1
select 0.1 + 0.2, 0.1::float8 + 0.2::float8
select 1.10 * 2.20
select 1.5 = 1.50, 1.50
select 10 - 3 - 2
select 2 * 3 + 4, 2 + 3 * 4
select not true and false, not (true and false)
select true and null, false and null, true or null, null or null
select null = null, null <> 1, null is null, 1 is not null
select 1 is distinct from null, null is distinct from null, 1 is not distinct from 1
select 1 between 0 and 2, 1 not between 0 and 2, 2 between symmetric 3 and 1
select 1 in (1, 2), 3 in (1, 2), 3 in (1, null), 1 not in (2, null)
select 'a' || 'b', 'a' || 1, 1 || 'a', 'a' || null
select 'a' < 'B', 'a' < 'b', 'Z' < 'a', 'é' > 'z'
select 'abc' like 'a%', 'abc' like 'A%', 'abc' ilike 'A%', 'abc' not like '%c'
select 'a_c' like 'a\_c', 'abc' like 'a\_c', 'a%c' like 'a#%c' escape '#'
select 'abc' like 'abc\'
select 'abc' ~ '^a.c$', 'abc' ~ 'B', 'abc' ~* 'B', 'abc' !~ 'x', 'abc' !~* 'B'
select 'abc' ~~ 'a%', 'abc' !~~ 'a%', 'abc' ~~* 'A%'
select 'abc' similar to 'a%', 'abc' similar to 'a(b|d)c', 'abc' similar to 'b', 'a.c' similar to 'a.c', 'abc' similar to 'a.c', 'abc' not similar to 'a_c'
select 'aab' similar to 'a{2}b', 'a' similar to 'a?', 'xaby' similar to '%a[bc]y'
select name from people where name similar to '(A|G)%' order by id
select 'abc' ^@ 'ab'
select (1, 2) = (1, 2), (1, 2) < (1, 3), (1, null) = (1, 2), (2, null) > (1, 5)
select row(1, 'a') = row(1, 'a')
select 3 operator(pg_catalog.+) 4
select 1::int4 = 1::int8, 1 = 1.0, 1::float8 = 1.0
select 1 = '1'
select 'abc' = 1
select true = 't', true > false
select +5, - -5
select 5 !
select 1 <> 2, 1 != 2
select -5 % 3, 5 % -3, 5.5 % 2, -5.5 % 2
select 1::float8 % 2
select 1e400::float8
select 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 1e308, 'Infinity'::float8 > 1, -'Infinity'::float8
select date '2024-01-31' + 1, date '2024-01-01' - 1, date '2024-03-01' - date '2024-02-01'
select 1 + date '2024-01-31'
select bool 'yes', bool 'off', 'maybe'::bool
select 1 > 2 is true, null is unknown, true is not false, false is not unknown
select x.y from (select 1 as y) x where y = any (array[1, 2, 3])
select 2 = any (array[1, 2, 3]), 5 = any ('{1,2}'::int[]), 3 <> all (array[1, 2]), 1 = any (null::int[])
select 2 = any (select i from numbers), 10 = some (select i from numbers), 5 > all (select i from numbers where i < 5)
select 'a' collate "C" < 'b'
