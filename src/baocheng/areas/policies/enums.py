"""Codes of policies, with the labels people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TransactionKind(models.TextChoices):
    """What a policy transaction does."""

    ISSUE = "ISSUE", _("承保")
    ENDORSE = "ENDORSE", _("批改")
    CANCEL = "CANCEL", _("解除")
