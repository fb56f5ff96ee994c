"""Bearer tokens: issued against a login, scoped, revocable, kept only as a hash."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import unit
from baocheng.kernel.problems import NotFound, Problem
from baocheng.kernel.text import _
from baocheng.rest.actors import actor_for
from baocheng.rest.events import TokenIssued, TokenRevoked
from baocheng.rest.models import AccessToken

_PREFIX = "bc_"


class Scope(StrEnum):
    """What a token may be used for; what its owner may do bounds it further."""

    CLAIMS_READ = "claims:read"
    CLAIMS_WRITE = "claims:write"
    TASKS_READ = "tasks:read"
    TASKS_WRITE = "tasks:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    HANDBOOK_READ = "handbook:read"
    DEMO_READ = "demo:read"
    DEMO_WRITE = "demo:write"


class Unauthenticated(Problem):
    """No token, or one that opens nothing (any more)."""

    code = "rest.unauthenticated"
    message = _("请在 Authorization 请求头中提供有效的访问令牌（Bearer）。")
    status = 401


class LoginRefused(Problem):
    """Login and password do not belong together; which of them is wrong is not said."""

    code = "rest.login_refused"
    message = _("登录名或密码不正确。")
    status = 401


class LoginLocked(Problem):
    """Too many wrong passwords."""

    code = "rest.login_locked"
    message = _("连续多次登录失败，请稍后再试。")
    status = 429


class ScopeMissing(Problem):
    """The token was issued for less than this."""

    code = "rest.scope_missing"
    message = _("访问令牌的范围不包括 {scope}，请另行申请。")
    status = 403


@dataclass
class Caller:
    """Who calls the API, and with which token."""

    user: AbstractBaseUser
    token: AccessToken

    @cached_property
    def actor(self) -> Actor:
        return actor_for(self.user)


class Request(HttpRequest):
    """A request that `Bearer` let in."""

    auth: Caller


class Bearer(HttpBearer):
    """Lets in who shows a valid token, of `scope` where one is named.

    Raises:
        ScopeMissing: the token is valid but was issued for other things.
    """

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        caller = find_caller(token)
        if caller is not None and self.scope and self.scope not in caller.token.scopes:
            raise ScopeMissing(scope=self.scope, extra={"scope": self.scope})
        return caller


def find_caller(secret: str) -> Caller | None:
    """Return who holds the token with this secret, or None where it is not valid."""
    found = (
        AccessToken.objects.select_related("user").filter(secret_hash=_hash(secret.strip())).first()
    )
    # Safety is a matter of the machine's time: moving the demonstration clock signs nobody out.
    if found is None or not found.is_valid(timezone.now()) or not found.user.is_active:
        return None
    return Caller(found.user, found)


def sign_in(request: HttpRequest, *, login: str, password: str) -> AbstractBaseUser:
    """Return the user with this login and password; wrong tries count towards a lock.

    Raises:
        LoginRefused: they do not belong together, or the user is not active.
        LoginLocked: too many wrong tries from this address.
    """
    user = authenticate(request, username=login, password=password)
    if user is not None:
        return user
    if getattr(request, "axes_locked_out", False):
        # Said here as a problem; left set, axes would replace the answer with its own page.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise LoginLocked
    raise LoginRefused("login", "password")


def issue_token(
    user: Any, *, scopes: Collection[Scope], lifetime: timedelta, name: str = "", at: datetime
) -> tuple[AccessToken, str]:
    """Issue a token and return it with its secret, which cannot be read again."""
    secret = _PREFIX + secrets.token_urlsafe(32)
    issued_at = timezone.now()
    token = AccessToken(
        user=user,
        name=name,
        secret_hash=_hash(secret),
        scopes=sorted(scopes),
        issued_at=issued_at,
        expires_at=issued_at + lifetime,
    )
    with unit() as writing:
        writing.add(token)
        issued = TokenIssued(name=name, scopes=token.scopes, expires_at=token.expires_at)
        record(issued, stream=Stream("token", token.id), by=actor_for(user), at=at)
    return token, secret


def revoke_token(id: UUID, *, of: Any, at: datetime) -> None:
    """Revoke a token of the user `of`; one already revoked stays so.

    Raises:
        NotFound: this user has no such token.
    """
    with unit() as writing:
        token = AccessToken.objects.select_for_update().filter(id=id, user=of).first()
        if token is None:
            raise NotFound("id")
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            writing.change(token, "revoked_at")
            revoked = TokenRevoked(name=token.name)
            record(revoked, stream=Stream("token", token.id), by=actor_for(of), at=at)


def list_tokens(of: Any) -> Sequence[AccessToken]:
    """Return the tokens of a user that still open something, newest first."""
    tokens = AccessToken.objects.filter(
        user=of, revoked_at__isnull=True, expires_at__gt=timezone.now()
    )
    return list(tokens.order_by("-id"))


def _hash(secret: str) -> str:
    # The secret is random, not chosen by a person: a slow hash would protect nothing more.
    return hashlib.sha256(secret.encode()).hexdigest()
