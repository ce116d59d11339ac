select * from people order by id
select id, name from people where active order by id
select id, name from people where not active order by id
select id from people where active is null order by id
select count(*) from people
select count(*), count(city), count(distinct active) from people
select city, count(*) from people group by city order by city
select city, count(*) from people group by 1 order by 1 nulls first
select city, count(*) from people group by city order by 1 desc
select active, count(*) as n from people group by active having count(*) > 1 order by n
select p.name, o.amount from people p join orders o on o.person_id = p.id order by o.id
select p.name, o.amount from people p left join orders o on o.person_id = p.id order by p.id, o.id
select p.name, o.id from people p right join orders o on o.person_id = p.id order by o.id
select p.id, o.id from people p full join orders o on o.person_id = p.id order by 1, 2
select count(*) from people cross join orders
select count(*) from people, orders where people.id = orders.person_id
select * from people natural join (select 1 as id, 'x' as extra) e
select * from people join (select 1 as id, 'x' as extra) e using (id)
select id from (select 1 as id) a join (select 1 as id) b using (id)
select a.*, b.* from (select 1 as x) a, (select 2 as x) b
select * from (select 1 as x) a, (select 2 as x) b
select p.name, x.total from people p, lateral (select sum(amount) as total from orders o where o.person_id = p.id) x order by p.id
select p.name, x.id from people p left join lateral (select id from orders o where o.person_id = p.id order by id desc limit 1) x on true order by p.id
select name, (select sum(amount) from orders o where o.person_id = p.id) from people p order by id
select name from people p where exists (select 1 from orders o where o.person_id = p.id) order by id
select name from people p where not exists (select from orders o where o.person_id = p.id) order by id
select name from people where id in (select person_id from orders) order by id
select name from people where id not in (select person_id from orders) order by id
select (select id from orders)
select (select id from orders where false)
select (select id, amount from orders limit 1)
select array(select id from orders order by id)
select exists (select 1 from orders where false), exists (select 1 from orders)
with a as (select 1 as x) select * from a
with a as (select 1 as x), b as (select x + 1 as y from a) select a.x, b.y from a, b
with recursive t(n) as (values (1) union all select n + 1 from t where n < 5) select n from t order by n
with recursive t(n) as (select 1 union select (n + 1) % 3 from t) select n from t order by n
with a as materialized (select 1 as x) select x from a
with people as (select 'shadow' as name) select name from people
with t(a, b) as (select 1, 2) select * from t
select 1 union select 1 union all select 2 order by 1
select 1 union all select 1
select 1 intersect select 1
select 1 except select 1
select id from people intersect select person_id from orders order by 1
select id from people except select person_id from orders order by id
select 1 as a union select 2 as b order by a
select 'a' union select null order by 1
select 1 union select 1.5 order by 1
select null union select 1 order by 1
select 1 union select 'a' order by 1
select 1, 2 union select 1
values (1, 'a'), (2, 'b') order by 1
select * from (values (1, 'a'), (2, null)) as t(x, y) order by x
select column1, column2 from (values (1, 'a')) v
table people order by id
select distinct active from people order by active
select distinct on (person_id) person_id, id from orders order by person_id, id desc
select id from orders order by amount nulls first, id
select id from orders order by amount desc, id
select id from orders order by amount desc nulls last, id
select id from orders order by id limit 2
select id from orders order by id offset 3
select id from orders order by id limit 2 offset 1
select id from orders order by id fetch first 2 rows only
select amount from orders order by amount fetch first 1 rows with ties
select id from orders order by id limit null
select id from orders limit 0
select id from orders limit -1
select id from orders order by id limit all offset 2
select id, row_number() over (order by id desc) from orders order by id
select id, rank() over (partition by person_id order by amount), dense_rank() over (order by person_id) from orders order by id
select id, lag(id) over (order by id), lead(id, 1, 0) over (order by id), first_value(id) over w, last_value(id) over w, nth_value(id, 2) over w from orders window w as (order by id) order by id
select id, sum(amount) over (order by id), sum(amount) over (partition by person_id), count(*) over () from orders order by id
select id, sum(id) over (order by id rows between 1 preceding and 1 following), avg(id) over (order by id rows between unbounded preceding and current row) from orders order by id
select id, ntile(2) over (order by id), percent_rank() over (order by id), cume_dist() over (order by id) from orders order by id
select id, sum(id) over (order by day range between interval '20 days' preceding and current row) from orders order by id
select id, sum(id) over (order by id rows between 1 preceding and 1 following exclude current row) from orders order by id
select person_id, sum(amount) filter (where amount > 10) from orders group by person_id order by 1
select person_id, day, sum(amount) from orders group by rollup (person_id, day) order by 1, 2
select person_id, day, count(*) from orders group by cube (person_id, day) order by 1, 2, 3
select person_id, day, count(*), grouping(person_id, day) from orders group by grouping sets ((person_id), (day), ()) order by 1, 2
select count(*) from orders group by ()
select case when id > 2 then 'big' when id = 2 then 'two' else 'small' end from people order by id
select case id when 1 then 'one' end from people order by id
select coalesce(city, 'nowhere') from people order by id
select nullif(1, 1), nullif(1, 2), coalesce(null, null, 3)
select array_agg(id order by id desc) from people
select array_agg(city order by id) from people
select string_agg(id::text, '-') from (select id from people order by id) s
select count(*) from (select distinct person_id from orders) s
select id as "Mixed Case", name as plain from people where id = 1
select ID, Name, "name" from People where Id = 1
select "ID" from people
select p."name" from people as p where p.id = 1
select people.* from people where people.id = 1
select p from people p where id = 1
select count(p) from people p
select people.id, orders.id from people join orders on orders.person_id = people.id where people.id = 2 order by 2
select id from people join orders on person_id = people.id
select nope from people
select * from nope
select nope.id from people
select public.people.id from public.people where id = 1
select * from nosuch.people
select nosuch(1)
select count(*, 1) from people
select id, count(*) from people
select id from people where count(*) > 1
select sum(count(*)) from people
select sum(amount) over (), count(*) from orders
select id from people group by id having name = 'x'
select max(id) from people where false
select count(*) from people where false
select sum(id) from people where false group by city
select 1 where false
select
select from people
select 1 as a, 2 as a
select 1 as select
select 1 "x y", 2 as "select", 3 user_name
select * from people tablesample system (100) order by id
select id from people for update
select i from generate_series(1, 3) as i
select * from generate_series(1, 10, 4)
select generate_series(1, 3)
select generate_series(3, 1, -1) as n
select generate_series(1, 2), generate_series(1, 3)
select * from generate_series(1, 3) with ordinality
select * from unnest(array['a', 'b']) with ordinality as t(v, n)
select unnest(array[1, 2, 3])
select * from unnest(array[1, 2], array['a', 'b', 'c']) as t(a, b)
select g, (select count(*) from orders where id <= g) from generate_series(0, 2) g
select id, unnest(array[id, id * 10]) from people where id < 3 order by 1, 2
select count(*) from generate_series(1, 100000)
explain select 1
select $1
select 1 from people having count(*) > 0
select 1; 
select 1 select 2
select (1
select 'abc
selec 1
select * from people where
select * from people order by 99
select id from people order by nope
select id + 1 as x from people where x > 1
select id as x from people group by x order by x
select id % 2 as parity, count(*) from people group by parity order by parity
select active, count(*) from people group by active order by count(*) desc, active nulls last limit 1
select city from people where city is not null order by length(city), city
select p.id from people p where p.id = (select max(person_id) from orders where person_id < 5)
select o.person_id, count(*) as c from orders o group by o.person_id having count(*) = (select max(c) from (select count(*) as c from orders group by person_id) s) order by 1
select * from (select id, row_number() over (partition by person_id order by id) as rn from orders) s where rn = 1 order by id
select id from people where (id, name) = (1, 'Ada')
select id from people where (id, name) in ((1, 'Ada'), (2, 'x')) order by 1
select id from people where row(id, 1) in (select person_id, 1 from orders) order by 1
select current_database() is not null, current_schema(), current_user = user, session_user is not null
select m.i, x.s from numbers m, lateral (select sum(n.i) as s from numbers n where n.small = m.small) x order by 1
select m.i, (select sum(n.i) from numbers n where n.small > m.small) from numbers m order by 1
select m.i, (select sum(n.i + m.i) from numbers n) from numbers m order by 1
select p.name, (select date_trunc('month', o.day) from orders o where o.id = p.id), (select round(n.d) from numbers n where n.small = p.id) from people p order by 1
select id, (select sum(o.amount) / count(*) from orders o where o.person_id = p.id), (select sum(o.person_id) / 4 from orders o where o.person_id = p.id) from people p order by id
select sum(amount) / count(*) from orders where false
select null::int / 0, null::numeric % 0, null::numeric / 0
