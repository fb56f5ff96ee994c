"""Codes of the room and the words people read for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClockState(models.TextChoices):
    """Where a clock stands.

    PENDING has heard some, but not all, of the events that start it together.
    """

    PENDING = "PENDING", _("未起算")
    RUNNING = "RUNNING", _("计时中")
    PAUSED = "PAUSED", _("已暂停")
    STOPPED = "STOPPED", _("已结束")


class ClockKind(models.TextChoices):
    """Who set the limit: the law, the company before its customers, or the handbook for itself."""

    STATUTORY = "STATUTORY", _("法定时限")
    PROMISE = "PROMISE", _("服务承诺")
    BUDGET = "BUDGET", _("内部时限")


class LimitUnit(models.TextChoices):
    """What a limit counts."""

    CALENDAR_DAYS = "CALENDAR_DAYS", _("自然日")
    WORKING_DAYS = "WORKING_DAYS", _("工作日")
    HOURS = "HOURS", _("小时")


class Mark(models.TextChoices):
    """What an entry of a clock's ledger says happened to it."""

    MET = "MET", _("已满足一项起算条件")
    STARTED = "STARTED", _("起算")
    PAUSED = "PAUSED", _("暂停")
    RESUMED = "RESUMED", _("恢复")
    LIMIT_CHANGED = "LIMIT_CHANGED", _("时限变更")
    WARNED = "WARNED", _("预警")
    BREACHED = "BREACHED", _("逾期")
    STOPPED = "STOPPED", _("结束")
