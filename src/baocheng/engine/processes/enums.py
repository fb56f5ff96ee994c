"""Codes of the room and the words people read for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentState(models.TextChoices):
    """Where an incident stands. OPEN is retried by itself, STUCK waits for a person."""

    OPEN = "OPEN", _("自动重试中")
    STUCK = "STUCK", _("待人工处理")
    RESOLVED = "RESOLVED", _("已解决")
