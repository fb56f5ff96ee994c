"""Codes of products, with the labels people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InsuranceClass(models.TextChoices):
    """Class of insurance (险类)."""

    HEALTH = "health", _("健康险")
    ACCIDENT = "accident", _("意外伤害险")
    MOTOR = "motor", _("机动车辆险")


class Span(models.TextChoices):
    """How long an accumulator (累计) counts before it starts again."""

    LOSS = "loss", _("每次事故")
    POLICY_YEAR = "policy_year", _("每个保单年度")
    LIFETIME = "lifetime", _("整个保险期间")


class Holder(models.TextChoices):
    """Whose accumulator it is."""

    INSURED = "insured", _("每名被保险人")
    POLICY = "policy", _("整张保单")


class Share(models.TextChoices):
    """How a deductible or limit is spread over the lines it meets."""

    IN_ORDER = "in_order", _("按费用发生先后")
    IN_PROPORTION = "in_proportion", _("按金额比例")


class Payer(models.TextChoices):
    """Somebody else who has paid a part of an expense."""

    SOCIAL_INSURANCE = "social_insurance", _("社会医疗保险")
    OTHER_INSURER = "other_insurer", _("其他保险人")
    LIABLE_PARTY = "liable_party", _("责任方")


class Reason(models.TextChoices):
    """Why a line of a calculation sheet (理算书) is paid less than was claimed."""

    NOT_COVERED = "NOT_COVERED", _("不属于已投保的责任")
    OUTSIDE_COVER_PERIOD = "OUTSIDE_COVER_PERIOD", _("不在保险期间内")
    OUTSIDE_TREATMENT_PERIOD = "OUTSIDE_TREATMENT_PERIOD", _("超过事故后约定的治疗期限")
    WAITING_PERIOD = "WAITING_PERIOD", _("等待期内出险")
    NOT_ELIGIBLE = "NOT_ELIGIBLE", _("不符合约定的费用范围")
    OTHER_PAYER = "OTHER_PAYER", _("已由其他方支付")
    DAYS_EXCLUDED = "DAYS_EXCLUDED", _("免赔天数")
    DAY_LIMIT = "DAY_LIMIT", _("超过给付天数上限")
    DEDUCTIBLE = "DEDUCTIBLE", _("免赔额")
    RATIO = "RATIO", _("给付比例")
    FAULT_SHARE = "FAULT_SHARE", _("事故责任比例")
    PER_DAY_LIMIT = "PER_DAY_LIMIT", _("超过每日限额")
    PER_ITEM_LIMIT = "PER_ITEM_LIMIT", _("超过单项限额")
    SUB_LIMIT = "SUB_LIMIT", _("超过分项限额")
    NO_FAULT_LIMIT = "NO_FAULT_LIMIT", _("超过无责任赔偿限额")
    AGGREGATE_LIMIT = "AGGREGATE_LIMIT", _("超过累计限额")
