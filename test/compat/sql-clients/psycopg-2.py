"""psycopg2: see matrix.test.ts for what each step prints."""
import psycopg2
from steps import Steps, cancelling, connection_string, shown, values

steps = Steps()

with steps("connect"):
    connection = psycopg2.connect(connection_string())
    cursor = connection.cursor()
    cursor.execute("select 1")
    steps.tell(cursor.fetchone()[0])

with steps("tls"):
    secure = psycopg2.connect(connection_string(sslmode="require"))
    reading = secure.cursor()
    reading.execute("select 1")
    steps.tell([reading.fetchone()[0], secure.info.ssl_in_use])

with steps("metadata"):
    cursor.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'public' and table_name = 'shapes' order by ordinal_position"
    )
    steps.tell([list(row) for row in cursor.fetchall()])

with steps("prepared"):
    cursor.execute("prepare plus as select $1::int4 + 1, $2::text || '!'")
    cursor.execute("execute plus(41, 'é')")
    steps.tell(list(cursor.fetchone()))
connection.rollback()

with steps("parameters"):
    cursor.execute("select %s + 1, %s, %s", (41, "it's", None))
    steps.tell(list(cursor.fetchone()))

for name, sql in values():
    with steps("value " + name):
        cursor.execute("select " + sql)
        steps.tell([shown(cursor.fetchone()[0]), cursor.description[0].type_code])

with steps("large"):
    connection.commit()
    large = connection.cursor("large")
    large.itersize = 1000
    large.execute("select i, i::text from generate_series(1, 100000) as g(i)")
    count, total = 0, 0
    for number, text in large:
        count, total = count + 1, total + number + len(text)
    steps.tell([count, total])
    large.close()
    connection.commit()

with steps("cancel"):
    try:
        with cancelling(connection):
            cursor.execute("select count(*) from generate_series(1, 10000000) a, generate_series(1, 10000000) b")
            steps.tell("not cancelled")
    except psycopg2.Error as error:
        steps.tell(error.pgcode)
    connection.rollback()

with steps("error"):
    codes = []
    for sql in ["select 1/0", "select nope", "select * from nowhere", "selec", "select 'x'::int4"]:
        try:
            cursor.execute(sql)
            codes.append(None)
        except psycopg2.Error as error:
            codes.append(error.pgcode)
        connection.rollback()
    cursor.execute("select 2")
    steps.tell([codes, cursor.fetchone()[0]])
