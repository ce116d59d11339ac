"""SQLAlchemy 1.4 or 2: reflection, as ORMs and notebooks do it."""
import sys
import sqlalchemy
from steps import Steps, url

steps = Steps()
driver = sys.argv[1]

with steps("connect"):
    engine = sqlalchemy.create_engine(url(f"postgresql+{driver}"))
    with engine.connect() as connection:
        steps.tell(connection.execute(sqlalchemy.text("select 1")).scalar())

with steps("names"):
    inspector = sqlalchemy.inspect(engine)
    steps.tell(
        {
            "schemas": [name for name in inspector.get_schema_names() if name in ("public", "information_schema")],
            "views": sorted(inspector.get_view_names(schema="public")),
            "default": inspector.default_schema_name,
        }
    )

with steps("columns"):
    steps.tell(
        [
            [column["name"], str(column["type"]), column["nullable"], column["default"]]
            for column in inspector.get_columns("shapes", schema="public")
        ]
    )

with steps("keys"):
    steps.tell(
        [
            inspector.get_pk_constraint("shapes", schema="public"),
            inspector.get_foreign_keys("shapes", schema="public"),
            inspector.get_indexes("shapes", schema="public"),
            inspector.get_unique_constraints("shapes", schema="public"),
        ]
    )

with steps("reflect"):
    shapes = sqlalchemy.Table("shapes", sqlalchemy.MetaData(), autoload_with=engine)
    query = sqlalchemy.select(shapes.c.name, shapes.c.sides).where(shapes.c.sides > 3).order_by(shapes.c.name)
    with engine.connect() as connection:
        steps.tell([list(row) for row in connection.execute(query)])
