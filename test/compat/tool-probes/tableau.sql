-- Tableau: by psqlODBC's catalog queries, cursors and probes of what the server can do.
-- rows
set datestyle = 'ISO'; set extra_float_digits = 2; show transaction_isolation;
-- rows
select oid, typbasetype from pg_type where typname = 'lo';
-- rows
select current_schemas(false);
select relname, nspname, relkind from pg_catalog.pg_class c, pg_catalog.pg_namespace n where relkind in ('r', 'v', 'm', 'f', 'p') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_1') and n.oid = relnamespace order by nspname, relname;
-- rows
select n.nspname, c.relname, a.attname, a.atttypid, t.typname, a.attnum, a.attlen, a.atttypmod, a.attnotnull, c.relhasrules, c.relkind, c.oid, pg_get_expr(d.adbin, d.adrelid), case t.typtype when 'd' then t.typbasetype else 0 end, t.typtypmod, 0, attidentity, c.relhassubclass from (((pg_catalog.pg_class c inner join pg_catalog.pg_namespace n on n.oid = c.relnamespace and c.relname = E'people' and n.nspname = E'public') inner join pg_catalog.pg_attribute a on (not a.attisdropped) and a.attnum > 0 and a.attrelid = c.oid) inner join pg_catalog.pg_type t on t.oid = a.atttypid) left outer join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum order by n.nspname, c.relname, attnum;
-- rows
select ta.attname, ia.attnum, ic.relname, n.nspname, tc.relname from pg_catalog.pg_attribute ta, pg_catalog.pg_attribute ia, pg_catalog.pg_class tc, pg_catalog.pg_index i, pg_catalog.pg_namespace n, pg_catalog.pg_class ic where tc.relname = 'people' and n.nspname = 'public' and tc.oid = i.indrelid and n.oid = tc.relnamespace and i.indisprimary = 't' and ia.attrelid = i.indexrelid and ta.attrelid = i.indrelid and ta.attnum = i.indkey[ia.attnum-1] and (not ta.attisdropped) and (not ia.attisdropped) and ic.oid = i.indexrelid order by ia.attnum;
-- rows
begin; declare "SQL_CUR1" cursor with hold for select "people"."id" as "id" from "public"."people" "people" order by 1; fetch 2 in "SQL_CUR1"; close "SQL_CUR1"; commit;
-- error
select top 1 * from "public"."people";
-- rows
select * from (select 1 as "col") "checktop" limit 1;
-- rows
select sum(1) as "col" from (select 1 as "a") "s" having (count(1) > 0);
-- rows
select "t0"."name" as "name", sum("t0"."id") as "sum:id:ok" from "public"."people" "t0" group by 1 order by 1;
-- rows
select cast(trunc(extract(year from "people"."since")) as integer) as "yr:since:ok", count(distinct "people"."name") as "ctd:name:ok" from "public"."people" "people" group by 1 order by 1;
-- rows
select date_trunc('quarter', "people"."since")::date as "tqr:since:ok", avg(cast("people"."id" as double precision)) as "avg:id:ok" from "public"."people" "people" group by 1 order by 1;
-- rows
select (case when ("people"."name" >= 'b') then 'late' else 'early' end) as "calculation", min("people"."name") as "x" from "public"."people" "people" group by 1 order by 1;
