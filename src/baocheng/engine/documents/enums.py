"""Codes of documents and letters."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Direction(TextChoices):
    """Which way a document travelled."""

    IN = "IN", _("收到")
    OUT = "OUT", _("发出")


class DocumentState(TextChoices):
    """What became of a received document; a letter of ours is accepted from the start."""

    RECEIVED = "RECEIVED", _("待审核")
    ACCEPTED = "ACCEPTED", _("已采用")
    REJECTED = "REJECTED", _("未采用")


class LetterState(TextChoices):
    """How far a letter is on its way to paper."""

    PENDING = "PENDING", _("待生成")
    RENDERED = "RENDERED", _("已生成")
    FAILED = "FAILED", _("生成失败")
