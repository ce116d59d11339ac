-- Grafana's PostgreSQL data source: health, version, table and column pickers, macros.
-- rows
select 1;
-- rows
select current_setting('server_version_num')::int / 100 >= 1500 as version;
-- rows
select extversion from pg_extension where extname = 'timescaledb';
-- rows
select quote_ident(table_name) as "table" from information_schema.tables where quote_ident(table_schema) not in ('information_schema', 'pg_catalog', '_timescaledb_cache', '_timescaledb_catalog', '_timescaledb_internal', '_timescaledb_config', 'timescaledb_information', 'timescaledb_experimental') and quote_ident(table_schema) in (select case when trim(s[i]) = '"$user"' then user else trim(s[i]) end from generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i, string_to_array(current_setting('search_path'), ',') s) order by 1;
-- rows
select case when quote_ident(table_schema) in (select case when trim(s[i]) = '"$user"' then user else trim(s[i]) end from generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i, string_to_array(current_setting('search_path'), ',') s) then quote_ident(table_name) else quote_ident(table_schema) || '.' || quote_ident(table_name) end as "table" from information_schema.tables where quote_ident(table_schema) not in ('information_schema', 'pg_catalog') order by 1;
-- rows
select quote_ident(column_name) as "column", data_type as "type" from information_schema.columns where case when array_length(parse_ident('people'), 1) = 2 then quote_ident(table_schema) = (parse_ident('people'))[1] and quote_ident(table_name) = (parse_ident('people'))[2] else quote_ident(table_name) = 'people' and quote_ident(table_schema) in (select case when trim(s[i]) = '"$user"' then user else trim(s[i]) end from generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1), array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i, string_to_array(current_setting('search_path'), ',') s) end order by ordinal_position;
-- rows
select column_name from information_schema.columns where table_name = 'people' and data_type in ('timestamp without time zone', 'timestamp with time zone', 'bigint', 'integer', 'double precision', 'real') order by ordinal_position;
-- rows
select floor(extract(epoch from seen) / 86400) * 86400 as "time", name as metric, avg(score) as value from people where seen between '2024-01-01T00:00:00Z' and '2024-12-31T00:00:00.123Z' group by 1, 2 order by 1, 2;
-- rows
select extract(epoch from seen) as "time", score from people where extract(epoch from seen) >= 1704067200 order by 1;
-- rows
select distinct name as __text, id as __value from people order by 1;
