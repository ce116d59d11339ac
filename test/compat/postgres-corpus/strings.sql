select length('abc'), char_length('åäö'), octet_length('åäö'), bit_length('a'), length('')
select upper('abc'), lower('ÅBC'), initcap('hello wORLD foo-bar')
select substring('hello', 2, 3), substring('hello' from 2), substring('hello' from 2 for 2), substr('hello', 2, 2)
select substring('hello', 0, 3), substring('hello', -1, 4), substr('hello', 10), substring('hello' for 2)
select substring('hello', 2, -1)
select substring('foobar' from 'o(.)b'), substring('foobar' from 'o.b'), substring('foobar', 'z')
select substring('foobar' similar 'foo#"b#"ar' escape '#')
select left('hello', 2), left('hello', -2), right('hello', 2), right('hello', -2), left('abc', 0), left('abc', 10)
select position('l' in 'hello'), strpos('hello', 'l'), strpos('hello', 'z'), position('' in 'abc')
select trim('  a  '), ltrim('  a'), rtrim('a  '), btrim('xxaxx', 'x'), trim(both 'x' from 'xxaxx'), trim(leading 'x' from 'xxa'), trim(trailing from 'a  ')
select ltrim('xyxa', 'xy'), rtrim('axyx', 'xy')
select lpad('5', 3, '0'), rpad('5', 3), lpad('hello', 2), lpad('hi', 5, 'xy'), lpad('a', 0)
select repeat('ab', 3), repeat('ab', 0), repeat('ab', -1)
select replace('hello', 'l', 'L'), replace('hello', '', 'x'), translate('12345', '143', 'ax'), reverse('abc')
select split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 5), split_part('a,b,c', ',', -1), split_part('abc', '', 1)
select split_part('a,b', ',', 0)
select concat('a', null, 1, true), concat_ws(',', 'a', null, 'b'), concat()
select format('Hello %s, %I, %L, %%', 'World', 'my col', 'it''s'), format('%2$s %1$s', 'a', 'b'), format('%10s|%-5s|', 'x', 'y')
select ascii('a'), ascii('å'), chr(65), chr(229), ascii('')
select chr(0)
select md5('hello'), encode(sha256('hello'::bytea), 'hex')
select regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('Hello', 'h', 'J', 'i'), regexp_replace('abc', '(b)', '[\1]')
select regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_match('abc', 'z')
select regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g')
select regexp_split_to_array('a b  c', '\s+'), regexp_split_to_table('a,b', ',')
select regexp_count('abcabc', 'b'), regexp_like('abc', 'B', 'i'), regexp_instr('abc', 'c'), regexp_substr('abc', 'b.')
select string_to_array('a,b,c', ','), string_to_array('a,,c', ',', ''), string_to_array('abc', null), array_to_string(array[1, null, 3], ','), array_to_string(array[1, null, 3], ',', '*')
select string_agg(name, ', ' order by id) from people
select string_agg(name, ', ' order by id desc), string_agg(distinct city, ',' order by city) from people
select quote_ident('my col'), quote_ident('abc'), quote_literal('it''s'), quote_nullable(null), quote_literal(5)
select starts_with('hello', 'he'), overlay('Txxxxas' placing 'hom' from 2 for 4)
select 'it''s', E'a\nb', E'\x41', E'\u00e5', 'a\nb', U&'\0041', $$dollar ' quoted$$
select 'a' 'b'
select 'abc'::varchar(2), 'abc'::char(5), 'abc'::char, 'ab'::char(5) = 'ab', length('ab'::char(5)), 'ab'::char(5) || 'x'
select cast('abcdef' as varchar(3)), 'abc'::text, varchar 'x', char 'y', text 'z'
select to_char(1234.5, '9,999.99'), to_char(-5, '999'), to_char(5, '000'), to_char(0.5, '0.99'), to_char(12, 'FM999'), to_char(1234567, 'FM9,999,999')
select to_char(485, 'RN'), to_char(12, '99th'), to_char(0, '9.99'), to_char(-1.5, 'S99.9'), to_char(1e3::float8, '9999.0')
select 'abc' || 5::text || true::text || 1.5::text
select 'A' < 'a', 'a' < 'á', 'ab' < 'abc', '' < 'a', '10' < '9'
select name from people order by name
select name from people order by name desc
select name from people order by lower(name), id
select distinct upper(left(name, 1)) from people order by 1
select max(name), min(city) from people
select 'x' is null, '' is null, '' = '', length(null)
select concat('a', 'b') || 'c', 'abc' || '', null || 'a'
select unistr('\0041'), to_ascii('abc')
select decode('616263', 'hex'), encode('abc'::bytea, 'base64'), '\x6162'::bytea, 'abc'::bytea, encode('\x00ff'::bytea, 'escape')
select length('\x6162'::bytea), '\x6162'::bytea || '\x63'::bytea, substring('\x616263'::bytea, 2, 1), get_byte('\x616263'::bytea, 0), '\x61'::bytea < '\x62'::bytea
select name like '%a', name ilike 'a%' from people order by id
select 'abc' like 'ab', 'abc' like '', '' like '%', null like 'a'
select btrim(' a '), trim(both from ' a '), trim('a' from 'aba')
select parse_ident('a.b'), normalize('é') = 'é'
select string_to_table('a,b', ',')
select 'a'::"char", 'text'::name
select lower(null), upper(city) from people order by id
select char_length('😀'), length('😀'), reverse('a😀'), upper('ß'), substring('a😀b', 2, 1)
select strpos('añb', 'b'), left('ñandú', 1), lpad('ñ', 3, 'é')
select '  12'::text::int, 'true'::bool, 'T'::bool, 'no'::bool, '1'::bool, 'tr'::bool
select 'abc'::text = 'abc'::varchar, 'abc'::char(10) = 'abc'::text
select 'a' = 'a ', 'a'::char(3) = 'a '::char(3)
select to_char(timestamptz '2024-01-01 00:00+00', 'TZ OF TZH:TZM')
select to_char(timestamp '2024-02-09 15:05', 'HH12:MI:SS AM'), to_char(timestamp '2024-02-09 15:05', 'HH12:MI a.m.'), to_char(timestamp '2024-02-09 15:05', 'HH12:MI P.M.')
select to_char(timestamp '2024-02-09 15:05:07.123456', 'SSSS SSSSS MS US FF3 FF6 CC'), to_char(date '2024-02-01', 'DDth')
select to_char(12.5, '99.9%'), to_char(0.123, 'FM990.0%')
select to_char(1234.5, '$9,999.00'), to_char(1234.5, 'FM$9,999.00'), to_char(5, '"no "9'), to_char(-1234.5, '$9,999.00'), to_char(-1234.5, 'FM$9,999.00')
select to_char(12, '999MI'), to_char(-12, '999MI'), to_char(-12, 'MI999'), to_char(12, 'MI999'), to_char(12, 'FM999MI'), to_char(-12, 'FM999MI')
select to_char(12, '999PR'), to_char(-12, '999PR'), to_char(-12, 'FM999PR'), to_char(-1.5, '999.9PR')
select to_char(12, '999S'), to_char(-12, '999S'), to_char(-12, 'FM999S'), to_char(12, 'SG999'), to_char(-12, 'SG999')
select to_char(12, 'L999'), to_char(12, 'FML999'), to_char(12.5, '999.9 "EUR"'), to_char(12.5, 'FM999.00 €'), to_char(12.5, '999.9L')
select to_char(-5, 'S9'), to_char(5, 'S9'), to_char(0, 'FM990%'), to_char(1234567.891, 'FM9,999,999.00'), to_char(-0.4, '9'), to_char(12, 'FM000')
select to_char(0.5, '990%'), to_char(amount, 'FM999,990.00'), to_char(amount, '999,990') from orders order by id
select to_char(485, 'RN')
select to_char(1, '9th')
select to_char(date '2024-02-09', 'Q IYYY IW ID DDD D J WW W')
