"""`Idempotency-Key`: a POST that is sent again is answered again, not done again."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from baocheng.kernel.crypto import KeyRing
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.rest.models import KeptAnswer
from baocheng.rest.tokens import find_caller

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_PATTERN = "^[!-~]{1,255}$"
KEPT_FOR = timedelta(hours=48)

_CONTEXT = "rest.kept_answer"
_HEADERS_KEPT = ("Content-Type", "Location", "ETag")


class IdempotencyKeyInvalid(Problem):
    """The key is empty, too long or not plain text."""

    code = "rest.idempotency_key_invalid"
    message = _("Idempotency-Key 应为 1 至 255 个可见的 ASCII 字符，建议使用 UUID。")
    status = 400


class IdempotencyKeyReused(Conflict):
    """The key was used for another request."""

    code = "rest.idempotency_key_reused"
    message = _("此 Idempotency-Key 已用于另一个请求，请换用新的键。")


def answered_once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return `answer()`, or what the same request with the same key was answered before.

    The answer is kept in the transaction of its effect: either both are there or neither. Of two
    requests at once the second waits for the first. A refused request leaves its key free.

    Raises:
        IdempotencyKeyReused: the caller used this key for another request.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return answer()
    if not re.fullmatch(KEY_PATTERN, key):
        raise IdempotencyKeyInvalid(HEADER)
    request_hash = _hash(_content(request))
    with transaction.atomic():
        # Of two inserts of one key the second waits here until the first is committed or undone.
        kept, is_first = KeptAnswer.objects.get_or_create(
            key_hash=_hash([_caller(request).encode(), key.encode()]),
            defaults={"request_hash": request_hash, "kept_at": timezone.now()},
        )
        if not is_first:
            if kept.request_hash != request_hash:
                raise IdempotencyKeyReused(HEADER)
            return _open(kept, key, request_hash)
        response = answer()
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif response.status_code >= 400:
            kept.delete()
        else:
            kept.answer = _seal(response, key, request_hash)
            kept.save(update_fields=["answer"])
    return response


def forget_answers(*, before: datetime | None = None) -> int:
    """Delete the answers kept before that moment (by default for longer than two days)."""
    limit = before or timezone.now() - KEPT_FOR
    deleted, _by_model = KeptAnswer.objects.filter(kept_at__lt=limit).delete()
    return deleted


def _caller(request: HttpRequest) -> str:
    """Return whose keys are looked at: one caller never sees an answer given to another."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    caller = find_caller(secret) if scheme.lower() == "bearer" else None
    return f"{caller.user.pk} {' '.join(caller.token.scopes)}" if caller else ""


def _content(request: HttpRequest) -> Iterator[bytes]:
    """Return what makes the request this request."""
    yield f"{request.method} {request.get_full_path()} {request.content_type}".encode()
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    # The boundary between the parts differs at every sending, the parts do not.
    for name, values in sorted(request.POST.lists()):
        yield json.dumps([name, values]).encode()
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield json.dumps([name, file.name, _hash(_chunks(file))]).encode()


def _chunks(file: "File[Any]") -> Iterator[bytes]:
    yield from file.chunks()
    file.seek(0)


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _ring(key: str, request_hash: str) -> KeyRing:
    # Neither the caller's key nor the body is stored, so the table alone opens nothing.
    secret = hashlib.sha256(f"{key}\0{request_hash}".encode()).digest()
    return KeyRing({"request": secret}, index_key=secret)


def _seal(response: HttpResponse, key: str, request_hash: str) -> str:
    headers = {name: response[name] for name in _HEADERS_KEPT if name in response}
    content = response.content.decode()
    answer = json.dumps({"status": response.status_code, "headers": headers, "content": content})
    return _ring(key, request_hash).seal(answer, context=_CONTEXT)


def _open(kept: KeptAnswer, key: str, request_hash: str) -> HttpResponse:
    answer = json.loads(_ring(key, request_hash).open(kept.answer, context=_CONTEXT))
    response = HttpResponse(answer["content"], status=answer["status"], headers=answer["headers"])
    response[REPLAYED] = "true"
    return response
