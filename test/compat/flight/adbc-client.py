"""ADBC's Flight SQL driver and pyarrow.flight as their users use them. Prints one JSON object; the test looks at it."""

import datetime
import decimal
import json
import sys

import adbc_driver_flightsql.dbapi
import pyarrow.flight

uri, user, password = sys.argv[1:4]
authority = open(sys.argv[4]).read() if len(sys.argv) > 4 else None
seen = {}

with adbc_driver_flightsql.dbapi.connect(
    uri,
    db_kwargs={
        "username": user,
        "password": password,
        **({} if authority is None else {"adbc.flight.sql.client_option.tls_root_certs": authority}),
    },
    autocommit=True,
) as connection:
    seen["vendor"] = connection.adbc_get_info()["vendor_name"]
    seen["table_types"] = connection.adbc_get_table_types()
    objects = connection.adbc_get_objects(depth="all").read_all().to_pylist()
    seen["tables"] = [
        [catalog["catalog_name"], schema["db_schema_name"], table["table_name"],
         [column["column_name"] for column in table["table_columns"]]]
        for catalog in objects
        for schema in catalog["catalog_db_schemas"]
        for table in schema["db_schema_tables"]
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM numbers ORDER BY i LIMIT 2")
        seen["rows"] = [[str(value) for value in row] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT $1::int, $2::timestamp, $3::date, $4::numeric(9,2), $5::bytea, $6::text, $7::bool, $8::float8",
            parameters=(7, datetime.datetime(2020, 1, 2, 3, 4, 5, 678901), datetime.date(1969, 7, 20),
                        decimal.Decimal("-12.50"), b"\x00\xff", "it's", True, 0.1),
        )
        seen["parameters"] = [str(value) for value in cursor.fetchone()]
        cursor.execute("SELECT interval '1 month 2 days 3 seconds', [1, NULL, 3], {'a': 1}, 'b'::enum('a', 'b')")
        seen["nested"] = [str(value) for value in cursor.fetchone()]
        cursor.execute("SELECT count(*), sum(i)::bigint FROM range(1000000) t(i)")
        seen["many"] = list(cursor.fetchone())
        cursor.execute("SELECT i FROM range(300000) t(i)")
        seen["streamed"] = cursor.fetch_arrow_table().num_rows
        try:
            cursor.execute("SELECT * FROM nowhere")
            cursor.fetchall()
        except adbc_driver_flightsql.dbapi.Error as error:
            seen["error"] = type(error).__name__ + ": " + str(error).split("\n")[0]
        cursor.execute("SELECT i FROM range(100000000000) t(i)")
        reader = cursor.fetch_record_batch()
        reader.read_next_batch()
        cursor.adbc_cancel()
        try:
            while True:
                reader.read_next_batch()
        except Exception:
            seen["cancelled"] = True

client = pyarrow.flight.FlightClient(uri, tls_root_certs=authority)
options = pyarrow.flight.FlightCallOptions(headers=[client.authenticate_basic_token(user, password)])
seen["actions"] = sorted(action.type for action in client.list_actions(options))
try:
    client.authenticate_basic_token(user, "wrong")
except pyarrow.flight.FlightUnauthenticatedError:
    seen["wrong_password"] = "refused"
print(json.dumps(seen))
