create view numbers as select * from (values
  (1::smallint, 10::integer, 100::bigint, 1.5::real, 2.25::double precision, 12.34::numeric(10,2)),
  (2::smallint, 20::integer, 200::bigint, -0.5::real, 1e20::double precision, 0.00::numeric(10,2)),
  (3::smallint, null::integer, -300::bigint, 0::real, 1e-7::double precision, -7.50::numeric(10,2)),
  (4::smallint, 0::integer, null::bigint, null::real, null::double precision, null::numeric(10,2))) as v(small, i, big, r, d, n);
create view people as select * from (values
  (1, 'Ada', 'London', date '1815-12-10', true, timestamp '2024-03-10 01:02:03.456'),
  (2, 'Grace', 'New York', date '1906-12-09', false, timestamp '2024-02-29 23:59:59'),
  (3, 'Edsger', 'Rotterdam', date '1930-05-11', null, timestamp '1999-12-31 00:00:00'),
  (4, 'Åsa', null, null, true, null)) as v(id, name, city, born, active, seen);
create view orders as select * from (values
  (1, 1, 10.00::numeric(10,2), date '2024-01-05'), (2, 1, 25.50::numeric(10,2), date '2024-01-20'), (3, 2, 7.25::numeric(10,2), date '2024-02-01'),
  (4, 2, null::numeric(10,2), date '2024-02-14'), (5, 9, 99.99::numeric(10,2), date '2024-03-03')) as v(id, person_id, amount, day);
