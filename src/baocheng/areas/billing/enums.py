"""Codes of billing, with the labels people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    """The accounts of the ledger (会计科目)."""

    BANK = "BANK", _("银行存款")
    CLAIMS_PAYABLE = "CLAIMS_PAYABLE", _("应付赔付款")
    CLAIMS_PAID = "CLAIMS_PAID", _("赔付支出")
    RECOVERIES = "RECOVERIES", _("追偿款收入")


class PostingKind(models.TextChoices):
    """What a posting books."""

    OWED = "OWED", _("确认应付赔款")
    PAID = "PAID", _("支付赔款")
    RETURNED = "RETURNED", _("已付赔款退票")
    RECOVERED = "RECOVERED", _("收到追偿款")


class Purpose(models.TextChoices):
    """What money is paid for."""

    CLAIM = "claim", _("赔款")


class PaymentState(models.TextChoices):
    """Where a payment instruction stands."""

    INSTRUCTED = "INSTRUCTED", _("待支付")
    SENT = "SENT", _("已送银行")
    PAID = "PAID", _("已支付")
    RETURNED = "RETURNED", _("已退回")
