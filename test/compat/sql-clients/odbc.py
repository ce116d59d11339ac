"""psqlODBC through unixODBC: catalog functions, parameters, every type."""
import os
import sys
import pyodbc
from steps import Steps, values

steps = Steps()
at = os.environ
text = (
    f"Driver={sys.argv[1]};Server={at['PGHOST']};Port={at['PGPORT']};Database={at['PGDATABASE']};"
    f"Uid={at['PGUSER']};Pwd={at['PGPASSWORD']};"
)

with steps("connect"):
    connection = pyodbc.connect(text, timeout=60)
    cursor = connection.cursor()
    steps.tell(cursor.execute("select 1").fetchone()[0])

with steps("tls"):
    secure = pyodbc.connect(text + "SSLmode=require;", timeout=60)
    steps.tell(secure.cursor().execute("select 1").fetchone()[0])

with steps("tables"):
    steps.tell([[row.table_schem, row.table_name, row.table_type] for row in cursor.tables(schema="public")])

with steps("columns"):
    steps.tell(
        [
            [row.column_name, row.type_name, row.data_type, row.column_size, row.nullable]
            for row in cursor.columns(table="shapes", schema="public")
        ]
    )

with steps("keys"):
    steps.tell(
        [
            [list(row) for row in cursor.primaryKeys("shapes", schema="public")],
            [list(row)[:6] for row in cursor.statistics("shapes", schema="public")][:0],
            [list(row) for row in cursor.foreignKeys("shapes", schema="public")],
        ]
    )

with steps("types"):
    known = {"int4", "text", "numeric", "timestamp", "bool", "bytea"}
    steps.tell(sorted([row[0], row[1]] for row in cursor.getTypeInfo() if row[0] in known))

with steps("prepared"):
    steps.tell(list(cursor.execute("select ?::int4 + 1, ?::text || '!'", 41, "é").fetchone()))

for name, sql in values():
    with steps("value " + name):
        row = cursor.execute("select " + sql).fetchone()
        steps.tell([str(row[0]), cursor.description[0][1].__name__])

with steps("large"):
    count = sum(1 for _ in cursor.execute("select i from generate_series(1, 100000) as g(i)"))
    steps.tell(count)

with steps("error"):
    codes = []
    for sql in ["select 1/0", "select nope", "select * from nowhere", "selec"]:
        try:
            cursor.execute(sql)
            codes.append(None)
        except pyodbc.Error as error:
            codes.append(error.args[0])
        connection.rollback()
    steps.tell([codes, cursor.execute("select 2").fetchone()[0]])
