"""Personal data at rest: sealed so that only the keys open it, findable without opening, masked.

An envelope is the text `v1:<key id>:<base64 of nonce and ciphertext>`, AES-256-GCM. The context
(the column it belongs to, "customers.party.phone") is bound into it: an envelope copied into
another column does not open.
"""

import base64
import hmac
import os
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = "v1"
_NONCE_BYTES = 12


class EnvelopeNotOpened(Exception):
    """The envelope was changed, belongs to another context, or its key is not in the ring.

    No refusal of a person's input: somebody has to look into the data or the keys.
    """


class KeyRing:
    """The keys of an installation: seals with the first, opens with any.

    To rotate, put a new key first, seal again whatever `is_current` denies, then drop the old key.

    Args:
        keys: 32 bytes by key id, the current one first; an id has no colon.
        index_key: 32 bytes for the blind indexes; it stays, or every index is computed anew.
    """

    def __init__(self, keys: Mapping[str, bytes], *, index_key: bytes) -> None:
        lengths = {len(key) for key in (*keys.values(), index_key)}
        if not keys or lengths != {32} or any(":" in key_id for key_id in keys):
            raise ValueError("a key ring needs keys of 32 bytes under ids without a colon")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))
        self._index_key = index_key

    def seal(self, clear: str, *, context: str) -> str:
        """Return `clear` in an envelope; the same text never gives the same envelope twice."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[self._current]
        sealed = cipher.encrypt(nonce, clear.encode(), self._bound(self._current, context))
        return f"{_VERSION}:{self._current}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, envelope: str, *, context: str) -> str:
        """Return the clear text of an envelope that was sealed for `context`.

        Raises:
            EnvelopeNotOpened: it does not open.
        """
        version, _, rest = envelope.partition(":")
        key_id, _, body = rest.partition(":")
        cipher = self._ciphers.get(key_id)
        if version != _VERSION or cipher is None:
            raise EnvelopeNotOpened(f"no key {key_id!r} for an envelope {version!r}")
        try:
            sealed = base64.b64decode(body, validate=True)
            bound = self._bound(key_id, context)
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound).decode()
        except (InvalidTag, ValueError) as error:
            raise EnvelopeNotOpened(f"changed, or not sealed for {context!r}") from error

    def is_current(self, envelope: str) -> bool:
        """Tell whether the envelope was sealed with the current key."""
        return envelope.startswith(f"{_VERSION}:{self._current}:")

    def blind_index(self, value: str, *, context: str) -> str:
        """Return a keyed fingerprint of `value` by which equal values are found unopened.

        The caller normalises first: only the same spelling has the same fingerprint.
        """
        message = f"{context}\0{value}".encode()
        return hmac.digest(self._index_key, message, sha256).hex()[:32]

    @staticmethod
    def _bound(key_id: str, context: str) -> bytes:
        return f"{_VERSION}:{key_id}:{context}".encode()
