"""Codes of messages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MessageState(TextChoices):
    """How far a message has come."""

    PENDING = "PENDING", _("待发送")
    SENT = "SENT", _("已发送")
    DELIVERED = "DELIVERED", _("已送达")
    FAILED = "FAILED", _("未能发送")


# What a handbook may name; an installation opens those it has adapters for.
CHANNELS = {
    "sms": _("短信"),
    "email": _("电子邮件"),
    "wecom": _("企业微信"),
    "dingtalk": _("钉钉"),
    "feishu": _("飞书"),
}
