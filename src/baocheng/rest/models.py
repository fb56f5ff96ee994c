"""What the API itself remembers: access tokens and the answers it must be able to repeat."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from baocheng.kernel.ids import new_id


class AccessToken(models.Model):
    """A bearer token (访问令牌) of one login; only the hash of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    name = models.CharField(max_length=80, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)  # of `tokens.Scope`
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="rest_token_of_user"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the token opens anything at the moment `at`."""
        return self.revoked_at is None and at < self.expires_at


class KeptAnswer(models.Model):
    """The answer to a POST that carried an `Idempotency-Key`, to be given again.

    `answer` is sealed with a key made from the request itself: only who repeats the request can
    open it, so a new token in an answer is not readable here.
    """

    key_hash = models.CharField(primary_key=True, max_length=64)  # caller and key
    request_hash = models.CharField(max_length=64)  # method, address and body
    answer = models.TextField(blank=True)
    kept_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key_hash[:12]
