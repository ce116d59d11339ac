select abs(-5), abs(-5.5), abs(-5::float8), abs((-5)::smallint)
select ceil(1.2), ceiling(-1.2), floor(-1.2), ceil(1.2::float8)
select round(2.5), round(3.5), round(-2.5), round(2.567, 2), round(1234.5, -2)
select round(2.5::float8), round(3.5::float8), round(0.5::float8)
select round(2.5::float8, 1)
select trunc(2.7), trunc(-2.7), trunc(2.567, 2), trunc(2.7::float8)
select sign(-3), sign(0), sign(2.5::float8), sign(-2.5)
select sqrt(16), sqrt(2::numeric), sqrt(2::float8)
select sqrt(-1)
select ln(1), ln(2.718281828::float8), log(100), log(2, 8), log10(1000)
select ln(0)
select exp(1), exp(0::float8), exp(1.0)
select power(2, 3), power(2.0, 3), pow(2::float8, 0.5)
select power(0, -1)
select cbrt(27), pi(), degrees(pi()), radians(180)
select sin(0), cos(0), tan(0), asin(0), acos(1), atan(0), atan2(0, 1)
select sind(30), cosd(60), tand(45)
select acos(2)
select gcd(12, 18), lcm(4, 6)
select factorial(5)
select div(7, 2), div(-7, 2), div(7.5, 2)
select greatest(1, 2, 3), least(1, 2, 3), greatest(1, null, 3), least(null, null)
select greatest(1, 2.5), least('a', 'b')
select width_bucket(5.35, 0.024, 10.06, 5)
select width_bucket(5, 0, 10, 5), width_bucket(-1, 0, 10, 5), width_bucket(10, 0, 10, 5), width_bucket(2, 10, 0, 5)
select width_bucket(1, 2, 2, 3)
select sum(1), sum(case when i > 10 then 1 else 0 end), sum(length('ab')), sum(1::smallint), sum(i::int), sum(i::bigint) from numbers
select sum(1) over (), sum(1) filter (where i > 10) over () from numbers
select 1.0, 1.50, 100, 1e3, 1.5e2, .5, 5.
select 123456789012345678901234567890
select 12345678901 as big, 2147483648, -2147483648, 2147483647
select 1::real / 3, 1::float8 / 3, 0.1::real, 1e10::real, 1e-5::float8, 123456789.123456789::float8
select 1e15::float8, 1e16::float8, 1e14::float8, 0.0001::float8, 0.00001::float8, 100000::float4, 1e6::float4, 1e7::real
select 'NaN'::numeric, 'NaN'::float8, 'Infinity'::float8, '-Infinity'::real
select small, i, big, r, d, n from numbers order by small
select sum(i), sum(big), sum(r), sum(d), sum(n), sum(small) from numbers
select avg(i), avg(big), avg(d), avg(n), avg(small) from numbers
select min(i), max(big), count(*), count(i), count(distinct small) from numbers
select n * 2, n + 1, n - 0.5, n / 3, -n from numbers order by small
select n::int, n::float8, n::text, d::numeric from numbers where small <> 2 order by small
select 1.005::numeric(5,2), 2.5::int, 3.5::int, -2.5::int, 2.5::float8::int, 0.5::float8::int
select 99999.99::numeric(4,2)
select 300::smallint * 300::smallint
select 70000::smallint
select 3000000000::int
select '12'::int, ' 12 '::int, '-0'::int, '+5'::int
select '12x'::int
select ''::int
select '1.5'::int
select '1e3'::float8, ' 1.5 '::float8, '1e3'::numeric
select 'abc'::float8
select 1::bool, 0::bool, 5::bool, true::int, false::int
select true::text, 1::text, 1.50::text, 1e20::float8::text, null::int
select 1::bigint::int, 1::int::smallint, 1.7::bigint
select random() between 0 and 1
select setseed(0.5) is null
select to_hex(255), to_hex(-1)
select scale(8.4100), min_scale(8.4100), trim_scale(8.4100)
select numeric '3.14', float8 '2.5', int '7', integer '8', smallint '9', bigint '10', real '1.5', decimal '2.50'
select 10.0::numeric(10), 10.5::decimal(10,0), 1234.5678::numeric(8,3)
select 1::numeric, 1.0::numeric, 1.10::numeric + 1, 1.10::numeric * 1.10, 10::numeric / 4, 10.00::numeric / 3, 1e-10::numeric
select sum(x) from (values (1), (2), (null)) as t(x)
select sum(x) from (select 1 as x where false) t
select avg(x) from (values (1), (2)) as t(x)
select stddev(i), stddev_pop(i), stddev_samp(i), variance(i), var_pop(i), var_samp(i) from numbers
select corr(d, r), covar_pop(d, r), covar_samp(d, r) from (values (1::float8, 2::float8), (2, 4.5), (3, 5)) as t(d, r)
select regr_slope(y, x), regr_intercept(y, x), regr_count(y, x) from (values (1::float8, 2::float8), (2, 4.5), (3, 5)) as t(x, y)
select percentile_cont(0.5) within group (order by i), percentile_disc(0.5) within group (order by i), mode() within group (order by i) from numbers
select bit_and(i), bit_or(i), bool_and(i > 0), bool_or(i > 10), every(i is not null) from numbers where i is not null
select to_number('12,454.8-', '99G999D9S')
select 5 / 2 * 2.0, 5 * 2.0 / 2
select cast(5 as float8) / 2, cast('5' as int) / 2
select 1000000::int * 1000000::bigint
select (2147483647)::int + 0, int4(3.7), int8(2.2), float8(3), numeric(4)
select sum(big) / count(*), sum(big) * 3 / 2, sum(i) / 7, sum(small) / 4.0, coalesce(sum(big), 0) / 4 from numbers where big > 0
select round(avg(n), 2), round(avg(i), 1), avg(n) * 2, coalesce(avg(i), 0), 100.0 * sum(i) / sum(small) from numbers
select a, a * 2, round(a, 1) from (select avg(i) as a from numbers) t
select small, avg(i) as a from numbers group by small having avg(i) > 0 order by a desc
select (select sum(i) from numbers), (select avg(n.i) from numbers n where n.small = m.small) from numbers m order by small
select sum(m.i) from numbers m where i = (select max(i) from numbers n where n.small = m.small)
select sum(t.i), avg(i) from numbers t join numbers u using (i)
select s.v, u.w from (values (1), (2)) s(v), lateral (select sum(s.v) as w from numbers) u order by 1
select 0.000015 / 2, 1 / 10000.0, 10000.0 / 1, 617283.75 / 1, 1e20 / 2, 1e20 / 1, -12345.5 / 2, 0.5 / 0.25
select avg(x) from (values (1.5), (null), (2.25)) as t(x) having avg(x) > 1
select sum(n) filter (where small > 1), avg(distinct i), sum(distinct i), count(distinct n) from numbers
select stddev(d), avg(r), variance(n) from numbers where small < 1
select round(n), round(d), round(i), round(small + 0.5), round(d / 2), round(avg(d)), round(avg(n)) from numbers group by n, d, i, small order by n
