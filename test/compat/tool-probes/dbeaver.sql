-- DBeaver reads the catalogs itself, beside what pgJDBC asks.
select version();
set application_name = 'DBeaver 24.2.0 - Main';
-- rows
show search_path;
-- rows
select current_schema();
select current_schema(), session_user;
select db.oid, db.* from pg_catalog.pg_database db where datallowconn and not datistemplate order by db.datname;
select * from pg_catalog.pg_settings where name = 'standard_conforming_strings';
-- rows
select string_agg(word, ',') from pg_catalog.pg_get_keywords() where word <> all ('{a,abs,absolute,action,ada,add,admin,after,all,allocate,alter,always,and,any,are}'::text[]) and word = 'limit';
select n.oid, n.*, d.description from pg_catalog.pg_namespace n left outer join pg_catalog.pg_description d on d.objoid = n.oid and d.objsubid = 0 and d.classoid = 'pg_namespace'::regclass order by nspname;
select t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description from pg_catalog.pg_type t left outer join pg_catalog.pg_type et on et.oid = t.typelem left outer join pg_catalog.pg_class c on c.oid = t.typrelid left outer join pg_catalog.pg_description d on t.oid = d.objoid where t.typname is not null and (c.relkind is null or c.relkind = 'c') and (et.typcategory is null or et.typcategory <> 'C');
select c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr, pg_catalog.pg_get_partkeydef(c.oid) as partition_key from pg_catalog.pg_class c left outer join pg_catalog.pg_description d on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass where c.relnamespace = 2200 and c.relkind not in ('i', 'I', 'c');
select c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description, dep.objid from pg_catalog.pg_attribute a inner join pg_catalog.pg_class c on (a.attrelid = c.oid) left outer join pg_catalog.pg_attrdef ad on (a.attrelid = ad.adrelid and a.attnum = ad.adnum) left outer join pg_catalog.pg_description dsc on (c.oid = dsc.objoid and a.attnum = dsc.objsubid) left outer join pg_depend dep on dep.refobjid = a.attrelid and dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid where not a.attisdropped and c.relnamespace = 2200 and c.relkind not in ('i', 'I', 'c') order by a.attnum;
-- rows
select c.relname, a.attname, a.attnum, a.atttypid, a.attlen, a.attnotnull, format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a join pg_catalog.pg_class c on a.attrelid = c.oid where c.relnamespace = 2200 and a.attnum > 0 and c.relkind = 'v' order by 1, 3;
select c.oid, c.*, t.relname as tabrelname, rt.relnamespace as refnamespace, d.description, case when c.contype = 'c' then "substring"(pg_get_constraintdef(c.oid), 7) else null end consrc_copy from pg_catalog.pg_constraint c inner join pg_catalog.pg_class t on t.oid = c.conrelid left outer join pg_catalog.pg_class rt on rt.oid = c.confrelid left outer join pg_catalog.pg_description d on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_constraint'::regclass where t.relnamespace = 2200 order by c.oid;
select i.*, i.indkey as keys, c.relname, c.relnamespace, c.relam, c.reltablespace, tc.relname as tabrelname, dsc.description, pg_catalog.pg_get_expr(i.indpred, i.indrelid) as pred_expr, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) as expr, pg_catalog.pg_relation_size(i.indexrelid) as index_rel_size, pg_catalog.pg_stat_get_numscans(i.indexrelid) as index_num_scans from pg_catalog.pg_index i inner join pg_catalog.pg_class c on c.oid = i.indexrelid inner join pg_catalog.pg_class tc on tc.oid = i.indrelid left outer join pg_catalog.pg_description dsc on i.indexrelid = dsc.objoid where tc.relnamespace = 2200 order by tabrelname, c.relname;
select a.oid, a.*, pd.description from pg_catalog.pg_roles a left join pg_catalog.pg_shdescription pd on a.oid = pd.objoid order by a.rolname;
select am.* from pg_catalog.pg_auth_members am;
-- rows
select i.*, c.relnamespace from pg_catalog.pg_inherits i, pg_catalog.pg_class c where i.inhrelid = 1 and c.oid = i.inhparent order by i.inhseqno;
select e.oid, cfg.tbls, n.nspname as schema_name, e.* from pg_catalog.pg_extension e join pg_namespace n on n.oid = e.extnamespace left join (select array_agg(relname) as tbls, 0 as ext from pg_class where false) cfg on cfg.ext = 0;
select t.oid, t.*, pg_tablespace_location(t.oid) loc from pg_catalog.pg_tablespace t order by t.oid;
select c.oid, c.* from pg_catalog.pg_collation c order by c.oid;
select am.oid, am.* from pg_catalog.pg_am am order by am.oid;
select l.oid, l.* from pg_catalog.pg_language l order by l.oid;
select p.oid, p.*, pg_catalog.pg_get_expr(p.proargdefaults, 0) as arg_defaults, d.description from pg_catalog.pg_proc p left outer join pg_catalog.pg_description d on d.objoid = p.oid where p.pronamespace = 2200 order by p.proname limit 1000;
select s.*, 1 as x from pg_catalog.pg_sequences s where schemaname = 'public';
select x.oid, x.*, p.relname as tabrelname, d.description from pg_catalog.pg_trigger x inner join pg_catalog.pg_class p on p.oid = x.tgrelid left outer join pg_catalog.pg_description d on d.objoid = x.oid where p.relnamespace = 2200 and not tgisinternal;
select sa.* from pg_catalog.pg_stat_activity sa;
select l.*, a.usename from pg_catalog.pg_locks l left join pg_stat_activity a on a.pid = l.pid where false;
select pg_catalog.pg_get_viewdef(c.oid, true) as definition from pg_catalog.pg_class c where relname = 'people';
select pg_catalog.pg_get_viewdef('public.people'::regclass);
-- rows
select pg_catalog.pg_encoding_to_char(encoding) from pg_database where datname = current_database();
-- rows
select count(*) from people;
-- rows
select x.* from people x limit 200;
