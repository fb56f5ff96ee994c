"""Codes of claims, with the labels people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClaimState(models.TextChoices):
    """Where a claim (赔案) stands, as a customer would ask."""

    DRAFT = "DRAFT", _("报案草稿")
    REPORTED = "REPORTED", _("已报案")
    REGISTERED = "REGISTERED", _("已立案")
    SUPPLEMENTING = "SUPPLEMENTING", _("待补充资料")
    ASSESSED = "ASSESSED", _("责任已认定")
    CALCULATED = "CALCULATED", _("已理算")
    DECIDED = "DECIDED", _("已作出决定")
    PAYING = "PAYING", _("支付中")
    PAID = "PAID", _("已赔付")
    REFUSED = "REFUSED", _("已拒赔")
    CLOSED = "CLOSED", _("已结案")
    REOPENED = "REOPENED", _("重开处理中")


class Kind(models.TextChoices):
    """What the money does: goes out, or comes back from somebody liable (追偿)."""

    CLAIM = "CLAIM", _("赔付")
    RECOVERY = "RECOVERY", _("追偿")


class Channel(models.TextChoices):
    """How the report came."""

    PHONE = "PHONE", _("电话")
    COUNTER = "COUNTER", _("柜面")
    APP = "APP", _("移动应用")
    AGENT = "AGENT", _("代理人")
    PARTNER = "PARTNER", _("合作机构")
    BATCH = "BATCH", _("批量导入")
    API = "API", _("系统对接")


class CoverStatus(models.TextChoices):
    """Whether a policy covered the moment of loss, as known when it was reported."""

    IN_FORCE = "IN_FORCE", _("保障有效")
    IN_QUESTION = "IN_QUESTION", _("保障存疑")
    UNVERIFIED = "UNVERIFIED", _("保单待核实")


class Liability(models.TextChoices):
    """The conclusion on liability (责任认定)."""

    COVERED = "COVERED", _("属于保险责任")
    PARTLY_COVERED = "PARTLY_COVERED", _("部分属于保险责任")
    NOT_COVERED = "NOT_COVERED", _("不属于保险责任")


class LiabilityReason(models.TextChoices):
    """Why a claim, or a part of it, is not covered."""

    OUTSIDE_COVER_PERIOD = "OUTSIDE_COVER_PERIOD", _("不在保险期间内")
    WAITING_PERIOD = "WAITING_PERIOD", _("等待期内出险")
    EXCLUSION = "EXCLUSION", _("属于责任免除")
    NOT_INSURED_EVENT = "NOT_INSURED_EVENT", _("不属于约定的保险事故")
    NON_DISCLOSURE = "NON_DISCLOSURE", _("未如实告知（保险法第十六条）")
    FRAUD = "FRAUD", _("虚构事故或夸大损失（保险法第二十七条）")
    UNPROVEN = "UNPROVEN", _("现有证明资料不能确认")


class Outcome(models.TextChoices):
    """What was decided."""

    PAID_IN_FULL = "PAID_IN_FULL", _("全额赔付")
    PAID_IN_PART = "PAID_IN_PART", _("部分赔付")
    NOTHING_PAYABLE = "NOTHING_PAYABLE", _("应付为零")
    REFUSED = "REFUSED", _("拒赔")
    RECOVERED = "RECOVERED", _("追偿入账")
