"""The only place that reads the environment; typed, and failing at start."""

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlparse


class Env(NamedTuple):
    """What the operator decides, as read once."""

    data: Path
    database_url: str
    is_demo: bool
    allowed_hosts: list[str]
    origins: list[str]
    company_name: str
    company_phone: str
    smtp_url: str
    smtp_sender: str


def read() -> Env:
    """Read and check the environment."""
    return Env(
        data=Path(os.environ.get("BAOCHENG_DATA", "data")).expanduser().resolve(),
        database_url=os.environ.get("DATABASE_URL", ""),
        is_demo=os.environ.get("BAOCHENG_DEMO", "") == "1",
        allowed_hosts=os.environ.get("BAOCHENG_HOSTS", "localhost,127.0.0.1,[::1]").split(","),
        origins=[one for one in os.environ.get("BAOCHENG_ORIGINS", "").split(",") if one],
        company_name=os.environ.get("BAOCHENG_COMPANY", "保程示范保险股份有限公司"),
        company_phone=os.environ.get("BAOCHENG_PHONE", "400-000-0000"),
        smtp_url=os.environ.get("BAOCHENG_SMTP_URL", ""),
        smtp_sender=os.environ.get("BAOCHENG_SMTP_SENDER", "baocheng@localhost"),
    )


def database(url: str) -> dict[str, object]:
    """Turn a PostgreSQL address into Django's settings for it.

    Raises:
        ValueError: the address is not one of PostgreSQL.
    """
    parts = urlparse(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 600,
        # The few statements of a unit repeat for every case: let the server plan them once.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3, **query},
    }
