"""Secrets of one installation: made at its first start, kept in its data folder, never in code."""

import json
import os
import secrets
from base64 import b64encode
from pathlib import Path
from typing import TypedDict


class Keys(TypedDict):
    """Key material of an installation, all of it base64 or plain text."""

    secret_key: str
    field_keys: dict[str, str]
    index_key: str


def fresh() -> Keys:
    """Make new key material."""
    return {
        "secret_key": secrets.token_urlsafe(50),
        "field_keys": {"k1": b64encode(secrets.token_bytes(32)).decode()},
        "index_key": b64encode(secrets.token_bytes(32)).decode(),
    }


def load(folder: Path) -> Keys:
    """Read `keys.json` in `folder`, making it first (readable by its owner only) where missing."""
    path = folder / "keys.json"
    try:
        keys: Keys = json.loads(path.read_text())
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(made, "w") as file:
                json.dump(fresh(), file, indent=1)
        except FileExistsError:
            pass
        keys = json.loads(path.read_text())
    return keys
