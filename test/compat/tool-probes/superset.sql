-- Superset: SQLAlchemy's greeting and inspector, and statements of its PostgreSQL engine.
select pg_catalog.version();
-- rows
select current_schema();
-- rows
show standard_conforming_strings;
show transaction isolation level;
-- rows
select cast('test plain returns' as varchar(60)) = 'test plain returns' as anon_1;
select nspname from pg_namespace where nspname not like 'pg_%' order by nspname;
-- rows
select datname from pg_database where datistemplate = true and false;
-- rows
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p');
-- rows
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('v', 'm') order by 1;
-- rows
select pg_catalog.pg_class.relname from pg_catalog.pg_class join pg_catalog.pg_namespace on pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace where pg_catalog.pg_class.relname = 'people' and pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) and pg_catalog.pg_class.relkind = any (array['r', 'p', 'f', 'v', 'm']);
select c.oid from pg_catalog.pg_class c left join pg_catalog.pg_namespace n on n.oid = c.relnamespace where (n.nspname = 'public') and c.relname = 'people' and c.relkind in ('r', 'v', 'm', 'f', 'p');
-- rows
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), (select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum and a.atthasdef) as default, a.attnotnull, a.attrelid as table_oid, pgd.description as comment, a.attgenerated as generated, (select json_build_object('always', a.attidentity = 'a', 'start', s.seqstart, 'increment', s.seqincrement, 'minvalue', s.seqmin, 'maxvalue', s.seqmax, 'cache', s.seqcache, 'cycle', s.seqcycle) from pg_catalog.pg_sequence s join pg_catalog.pg_class c on s.seqrelid = c."oid" where c.relkind = 'S' and a.attidentity != '' and s.seqrelid = pg_catalog.pg_get_serial_sequence(a.attrelid::regclass::text, a.attname)::regclass::oid) as identity_options from pg_catalog.pg_attribute a left join pg_catalog.pg_description pgd on (pgd.objoid = a.attrelid and pgd.objsubid = a.attnum) where a.attrelid = 'people'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum;
-- rows
select t.typname as "name", pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype", not t.typnotnull as "nullable", t.typdefault as "default", pg_catalog.pg_type_is_visible(t.oid) as "visible", n.nspname as "schema" from pg_catalog.pg_type t left join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and n.nspname = 'public';
-- rows
select t.typname as "name", pg_catalog.pg_type_is_visible(t.oid) as "visible", n.nspname as "schema", e.enumlabel as "label" from pg_catalog.pg_type t left join pg_catalog.pg_namespace n on n.oid = t.typnamespace left join pg_catalog.pg_enum e on t.oid = e.enumtypid where t.typtype = 'e' order by "schema", "name", e.oid;
-- rows
select r.conname, pg_catalog.pg_get_constraintdef(r.oid, true) as condef, n.nspname as conschema from pg_catalog.pg_constraint r, pg_namespace n, pg_class c where r.conrelid = 'people'::regclass and r.contype = 'f' and c.oid = confrelid and n.oid = c.relnamespace order by 1;
-- rows
select pgd.description as table_comment from pg_catalog.pg_description pgd where pgd.objsubid = 0 and pgd.objoid = 'people'::regclass;
select pg_get_viewdef(c.oid) view_def from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relname = 'people' and c.relkind in ('v', 'm');
select pg_backend_pid();
-- known: the plan is the engine's, in two columns
explain select * from people;
-- rows
select date_trunc('day', since) as "__timestamp", count(*) as "count" from public.people where since >= to_date('2024-01-01', 'YYYY-MM-DD') group by date_trunc('day', since) order by "count" desc, 1 limit 10000;
-- rows
select name as name, sum(score) as "SUM(score)" from (select * from people) as virtual_table group by name order by "SUM(score)" desc nulls last limit 100;
