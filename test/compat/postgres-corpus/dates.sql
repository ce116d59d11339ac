select date '2024-02-29', timestamp '2024-01-02 03:04:05.678', timestamptz '2024-01-02 03:04:05+02', time '10:20:30.5', interval '1 day 2 hours'
select '2024-1-5'::date, '20240105'::date, 'January 5, 2024'::date, '2024-01-05 10:00'::date
select '2024-02-30'::date
select 'x'::date
select date 'infinity', date '-infinity', timestamp 'infinity'
select date '2024-01-31' + interval '1 month', date '2024-03-31' - interval '1 month'
select timestamp '2024-01-31 10:00' + interval '1 month 1 day', timestamp '2024-01-01' - timestamp '2023-01-01', timestamp '2024-01-01 12:00' - interval '90 minutes'
select date '2024-01-01' + time '10:00', time '10:00' + interval '2 hours', time '23:00' + interval '2 hours', time '10:00' - time '08:30'
select interval '1 day' * 2, interval '1 hour' / 2, interval '1 day' + interval '1 hour', -interval '1 day', interval '1.5 hours'
select interval '1 year 2 mons 3 days 04:05:06.789', interval '1 month -1 day', interval '-1 day', interval '0', interval '100 hours', interval '2 weeks'
select interval '1' day, interval '2' hour, interval '1-2' year to month, interval '3 4:05:06' day to second, interval '1 2' day to hour
select interval 'P1Y2M3DT4H5M6S', interval '1y 2mon', interval '5 min ago'
select extract(year from date '2024-02-29'), extract(month from timestamp '2024-02-29 10:00'), extract(day from date '2024-02-29'), extract(hour from timestamp '2024-02-29 10:20:30.5'), extract(second from timestamp '2024-02-29 10:20:30.5')
select extract(dow from date '2024-02-25'), extract(isodow from date '2024-02-25'), extract(doy from date '2024-02-29'), extract(week from date '2024-01-01'), extract(quarter from date '2024-05-01'), extract(isoyear from date '2024-12-30')
select extract(epoch from timestamp '2024-01-01'), extract(epoch from interval '1 day'), extract(epoch from timestamptz '2024-01-01 00:00+01'), extract(century from date '2024-01-01'), extract(decade from date '2024-01-01'), extract(millennium from date '2024-01-01')
select extract(milliseconds from time '10:20:30.5'), extract(microseconds from time '10:20:30.5'), extract(julian from date '2024-01-01')
select date_part('year', date '2024-02-29'), date_part('hour', interval '5 hours'), date_part('minute', time '10:20')
select extract(hour from date '2024-01-01')
select date_trunc('month', timestamp '2024-02-29 10:20:30'), date_trunc('day', timestamptz '2024-02-29 10:20:30+00'), date_trunc('hour', interval '1 day 5:30'), date_trunc('month', date '2024-02-29'), date_trunc('week', timestamp '2024-02-29'), date_trunc('quarter', timestamp '2024-05-05')
select date_trunc('nonsense', timestamp '2024-01-01')
select age(timestamp '2024-03-01', timestamp '2023-01-31'), age(date '2024-01-01', date '2000-02-29')
select to_char(timestamp '2024-02-09 13:04:05.678', 'YYYY-MM-DD HH24:MI:SS.MS'), to_char(timestamp '2024-02-09 13:04:05', 'Day, DD Month YYYY HH12:MI AM'), to_char(date '2024-02-09', 'Mon DD, YY'), to_char(date '2024-02-09', 'FMDay FMDDth FMMonth')
select to_char(date '2024-02-09', 'IYYY-IW-ID'), to_char(date '2024-02-09', 'Q DDD D J WW'), to_char(interval '1 day 2:03:04', 'HH24:MI:SS'), to_char(timestamp '2024-02-09 00:05', 'HH:MI pm'), to_char(timestamptz '2024-01-01 00:00+00', 'TZ OF')
select to_date('05 Dec 2024', 'DD Mon YYYY'), to_date('20240102', 'YYYYMMDD'), to_timestamp('2024-01-02 03:04:05', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp(1700000000), to_timestamp(0.5)
select make_date(2024, 2, 29), make_time(10, 20, 30.5), make_timestamp(2024, 1, 2, 3, 4, 5.5), make_interval(days => 10, hours => 3)
select make_date(2024, 2, 30)
select timestamp '2024-01-01 10:00' at time zone 'UTC', timestamptz '2024-07-01 10:00+00' at time zone 'Europe/Berlin', timestamp '2024-07-01 10:00' at time zone 'America/New_York'
select timestamptz '2024-07-01 10:00 Europe/Berlin', timestamptz '2024-01-01 00:00:00-05:30', '2024-01-01T10:00:00Z'::timestamptz
select timestamp '2024-01-01 10:00'::date, timestamp '2024-01-01 10:00'::time, date '2024-01-01'::timestamp, timestamptz '2024-01-01 10:00+00'::timestamp, date '2024-01-01'::timestamptz
select (timestamp '2024-01-01', timestamp '2024-02-01') overlaps (timestamp '2024-01-15', timestamp '2024-03-01'), (date '2024-01-01', interval '5 days') overlaps (date '2024-01-06', date '2024-01-10')
select date '2024-01-01' < date '2024-01-02', date '2024-01-01' = timestamp '2024-01-01', interval '1 day' = interval '24 hours', interval '1 month' > interval '29 days', time '10:00' < time '11:00'
select justify_days(interval '35 days'), justify_hours(interval '27 hours'), justify_interval(interval '1 mon -1 hour')
select isfinite(date '2024-01-01'), isfinite(timestamp 'infinity'), isfinite(interval '1 day')
select date_bin('15 minutes', timestamp '2024-02-11 15:44:17', timestamp '2001-01-01')
select generate_series(date '2024-01-01', date '2024-01-03', interval '1 day')
select d::date from generate_series(timestamp '2024-01-01', timestamp '2024-01-03', interval '1 day') as d
select now() = current_timestamp, current_date = now()::date, now() - now()
select pg_typeof(now()), pg_typeof(current_date), pg_typeof(localtimestamp), pg_typeof(current_time), pg_typeof(localtime), pg_typeof(clock_timestamp())
select id, seen + interval '1 day', seen::date, extract(year from seen), seen - born from people order by id
select born - date '1900-01-01', born + 7, to_char(born, 'DD.MM.YYYY') from people order by id
select min(born), max(seen), count(distinct born) from people
select date_trunc('month', day) as month, count(*), sum(amount) from orders group by 1 order by 1
select extract(year from day)::int as y, extract(month from day)::int as m, count(*) from orders group by 1, 2 order by 1, 2
select sum(interval '1 hour'), avg(interval '90 minutes') from orders
select date '0001-01-01', date '9999-12-31', timestamp '0044-03-15 BC', date '5874897-12-31'
select timestamp '2024-01-01 24:00:00', time '24:00', time '23:59:60'
select timestamp '2024-01-01 10:00:00.123456789', timestamp '2024-01-01 10:00:00.1234567'::timestamp(3), time '10:00:00.123456'::time(2), current_timestamp(0) is not null
select interval '1 day 25 hours', interval '1 month 32 days', interval '-1 year -2 mons +3 days -04:05:06', interval '1 microsecond', interval '1.5 months', interval '1.5 days'
select timetz '10:00:00+02', time with time zone '10:00:00-05'
select '2024-01-01'::timestamp, '2024-01-01 10'::timestamp
select to_timestamp('2024', 'YYYY')::date, to_date('2024-13-01', 'YYYY-MM-DD')
select 'today'::date = current_date, 'yesterday'::date + 1 = current_date, 'now'::timestamp is not null, 'epoch'::timestamp
select interval '1 day' > interval '23 hours', interval '30 days' = interval '1 month', interval '1 day'::text, interval '1 day'::time
select localtimestamp::date = current_date, date_part('epoch', timestamp '1970-01-02')
select date_trunc('month', day)::date as month, count(*) from orders group by date_trunc('month', day) order by month
select date_trunc('year', day) + interval '1 month', extract(year from date_trunc('year', day)), to_char(date_trunc('month', day), 'YYYY-MM') from orders order by id
select current_date - day > 0, max(day) - min(day) > 0 from orders group by day order by day
select '05-Mar-2024'::date, '5 January 2024 10:20'::timestamp, timestamptz '2024-07-01 10:00+02'
select count(*) from orders where day >= date_trunc('month', date '2024-02-20') and day < '2024-02-20'::date + 30
