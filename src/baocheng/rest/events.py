"""Facts about access to the API."""

from dataclasses import dataclass
from datetime import datetime

from baocheng.engine.journal.events import Event, event


@event("rest.token.issued.v1")
@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """访问令牌已签发。"""

    name: str
    scopes: list[str]
    expires_at: datetime


@event("rest.token.revoked.v1")
@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """访问令牌已撤销。"""

    name: str
