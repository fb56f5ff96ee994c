"""Codes of the room and the words people read for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemState(models.TextChoices):
    """Where a work item stands. OPEN waits in a pool, CLAIMED is with one person."""

    OPEN = "OPEN", _("待领取")
    CLAIMED = "CLAIMED", _("办理中")
    DONE = "DONE", _("已完成")
    CANCELLED = "CANCELLED", _("已取消")


OPEN_STATES = (ItemState.OPEN.value, ItemState.CLAIMED.value)


class Party(models.TextChoices):
    """Who has the ball: whose turn it is to act before anything can go on."""

    US = "US", _("我方")
    CUSTOMER = "CUSTOMER", _("客户")
    THIRD_PARTY = "THIRD_PARTY", _("第三方")
    AUTHORITY = "AUTHORITY", _("有关机关")


class Assignment(models.TextChoices):
    """How a new item finds its person."""

    POOL = "POOL", _("共享待办，自行领取")
    LEAST_LOADED = "LEAST_LOADED", _("分派给在办最少的人")


class Reach(models.TextChoices):
    """Whose items a list shows."""

    MINE = "MINE", _("我的在办")
    POOL = "POOL", _("可领取")
    MINE_AND_POOL = "MINE_AND_POOL", _("我的待办")
    TEAM = "TEAM", _("团队待办")


class AuthorityScope(models.TextChoices):
    """Over what the uses of an authority add up."""

    STREAM = "STREAM", _("本案累计")
    PAYEE_DAY = "PAYEE_DAY", _("同一收款人当日累计")
