"""psycopg 3: binary parameters and results, server-side prepared statements and cursors."""
import psycopg
from steps import Steps, cancelling, connection_string, shown, values

steps = Steps()

with steps("connect"):
    connection = psycopg.connect(connection_string(), autocommit=True)
    steps.tell(connection.execute("select 1").fetchone()[0])

with steps("tls"):
    with psycopg.connect(connection_string(sslmode="require")) as secure:
        steps.tell([secure.execute("select 1").fetchone()[0], secure.pgconn.ssl_in_use])

with steps("metadata"):
    rows = connection.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_catalog.pg_attribute"
        " where attrelid = 'public.shapes'::regclass and attnum > 0 and not attisdropped order by attnum"
    ).fetchall()
    steps.tell([list(row) for row in rows])

with steps("prepared"):
    for _ in range(3):
        row = connection.execute("select %s::int4 + 1, %s::text || '!'", (41, "é"), prepare=True).fetchone()
    steps.tell(list(row))

for binary in (False, True):
    for name, sql in values():
        with steps(f"value {name}{' binary' if binary else ''}"):
            cursor = connection.cursor(binary=binary)
            cursor.execute("select " + sql)
            steps.tell([shown(cursor.fetchone()[0]), cursor.description[0].type_code])

with steps("large"):
    with connection.transaction():
        large = connection.cursor("large")
        large.itersize = 1000
        large.execute("select i, i::text from generate_series(1, 100000) as g(i)")
        count, total = 0, 0
        for number, text in large:
            count, total = count + 1, total + number + len(text)
        steps.tell([count, total])
        large.close()

with steps("copy"):
    with connection.cursor().copy("copy (select i, 'x' from generate_series(1, 3) as g(i)) to stdout") as copy:
        steps.tell("".join(bytes(part).decode() for part in copy))

with steps("pipeline"):
    with connection.pipeline():
        cursors = [connection.execute("select %s::int4", (number,)) for number in range(5)]
    steps.tell([cursor.fetchone()[0] for cursor in cursors])

with steps("cancel"):
    try:
        with cancelling(connection):
            connection.execute("select count(*) from generate_series(1, 10000000) a, generate_series(1, 10000000) b")
            steps.tell("not cancelled")
    except psycopg.Error as error:
        steps.tell(error.sqlstate)

with steps("error"):
    codes = []
    for sql in ["select 1/0", "select nope", "select * from nowhere", "selec", "select 'x'::int4"]:
        try:
            connection.execute(sql)
            codes.append(None)
        except psycopg.Error as error:
            codes.append(error.sqlstate)
    steps.tell([codes, connection.execute("select 2").fetchone()[0]])
