"""What the Python programs share: where the server is, and how a step is told: its name, a tab, and a JSON value or {"error": …}."""
import contextlib
import json
import os
import threading
import traceback


def connection_string(**more):
    given = {
        "host": os.environ["PGHOST"],
        "port": os.environ["PGPORT"],
        "user": os.environ["PGUSER"],
        "password": os.environ["PGPASSWORD"],
        "dbname": os.environ["PGDATABASE"],
        "connect_timeout": "60",
        **more,
    }
    return " ".join(f"{name}={value}" for name, value in given.items())


def url(scheme):
    at = os.environ
    return f"{scheme}://{at['PGUSER']}:{at['PGPASSWORD']}@{at['PGHOST']}:{at['PGPORT']}/{at['PGDATABASE']}"


def values():
    with open(os.path.join(os.path.dirname(__file__), "values.tsv"), encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


def shown(value):
    return bytes(value).hex() if isinstance(value, (memoryview, bytes)) else str(value)


@contextlib.contextmanager
def cancelling(connection):
    """Cancels again and again while the block runs: what comes before the query runs does nothing."""
    is_over = threading.Event()

    def cancel():
        while not is_over.wait(0.3):
            connection.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


class Steps:
    def __call__(self, name):
        self.name = name
        return self

    def tell(self, value):
        print(f"{self.name}\t{json.dumps(value, default=str)}", flush=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            return False
        code = getattr(error, "pgcode", None) or getattr(error, "sqlstate", None)
        lines = traceback.format_exception_only(kind, error)
        self.tell({"error": code or lines[-1].strip()[:300]})
        return True
