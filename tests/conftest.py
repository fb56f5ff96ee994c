"""The suite runs on the embedded PostgreSQL; every worker copies one migrated template."""

import hashlib
import os
from collections.abc import Iterator
from math import inf
from pathlib import Path

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.postgresql.operations import DatabaseOperations

import baocheng
from baocheng.cli import server
from baocheng.engine.publishing import versions
from baocheng.kernel.time import now
from baocheng.settings import env
from factories.company import ensure_company

SOURCE = Path(baocheng.__file__).parent

# How long an example takes says nothing of whether it is right.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Point Django at the embedded server, without waiting for the disk."""
    address = server.ensure(settings.ENV.data)
    changed = env.database(address)
    for database in connections.settings, settings.DATABASES:
        database["default"].update(changed)
    connection.settings_dict.update(changed)
    with psycopg.connect(address, autocommit=True) as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


def _schema_mark() -> str:
    """Return a mark that changes whenever a migration or the list of rooms does."""
    digest = hashlib.sha256(" ".join(settings.INSTALLED_APPS).encode())
    for file in sorted(SOURCE.glob("**/migrations/*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Copy the migrated template for this worker, building it first where it is missing."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    template = f"baocheng_template_{_schema_mark()}"
    own = f"baocheng_test_{worker}_{os.getpid()}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _build_template(template)
        with _admin() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'baocheng_test_%'")
            for (name,) in cursor.fetchall():
                if not Path(f"/proc/{name.rpartition('_')[2]}").exists():
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{own}" TEMPLATE "{template}"')
        _use(own)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _use("postgres")
        with _admin() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


def _admin():  # type: ignore[no-untyped-def]
    _use("postgres")
    return connection.cursor()


def _use(name: str) -> None:
    connection.close()
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


def _build_template(template: str) -> None:
    with _admin() as cursor:
        # One worker builds, the others wait.
        cursor.execute("SELECT pg_advisory_lock(7151)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if cursor.fetchone():
            cursor.execute("SELECT pg_advisory_unlock(7151)")
            return
        building = f"{template}_building"
        cursor.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{building}"')
        locking = connection.connection
        connection.connection = None
    _use(building)
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()
    locking.execute(f'ALTER DATABASE "{building}" RENAME TO "{template}"')
    locking.close()


@pytest.fixture(autouse=True)
def _no_memory_of_other_handbooks(monkeypatch: pytest.MonkeyPatch) -> None:
    # Counts of statements must not depend on how long ago the versions were read.
    monkeypatch.setattr(versions, "READ_AGAIN_AFTER", inf)
    versions.forget()


@pytest.fixture
def versions_read(db: None) -> None:
    """The handbook versions are in memory, as in a process that has been running."""
    versions.find_handbook_at(now())


@pytest.fixture
def company(db: None) -> None:
    """A published handbook and the standing cast."""
    ensure_company()


_flush_of_django = DatabaseOperations.sql_flush


def _flush_past_the_triggers(self, *args, **kwargs):  # type: ignore[no-untyped-def]
    # Append-only tables refuse TRUNCATE; only the suite may empty them between tests.
    statements = _flush_of_django(self, *args, **kwargs)
    replica = "SET session_replication_role = replica"
    return [replica, *statements, "SET session_replication_role = DEFAULT"] if statements else []


DatabaseOperations.sql_flush = _flush_past_the_triggers  # type: ignore[method-assign]
