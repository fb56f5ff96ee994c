"""Codes of customers, with the labels people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    """A natural person or an organisation."""

    PERSON = "PERSON", _("个人")
    ORGANISATION = "ORGANISATION", _("单位")


class IdentityKind(models.TextChoices):
    """The document that proves who a party is."""

    RESIDENT_ID = "RESIDENT_ID", _("居民身份证")
    PASSPORT = "PASSPORT", _("护照")
    USCC = "USCC", _("统一社会信用代码")
    NONE = "NONE", _("未登记证件")


class Sex(models.TextChoices):
    """Sex as a document states it."""

    MALE = "MALE", _("男")
    FEMALE = "FEMALE", _("女")


class ProtectedField(models.TextChoices):
    """What of a party is shown in full only against a reason."""

    IDENTITY_NUMBER = "IDENTITY_NUMBER", _("证件号码")
    PHONE = "PHONE", _("电话")
    EMAIL = "EMAIL", _("电子邮箱")
    ADDRESS = "ADDRESS", _("地址")
    BANK_ACCOUNT = "BANK_ACCOUNT", _("银行账号")
