"""Codes of the organisation, with the labels people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BranchLevel(models.TextChoices):
    """The place of a branch in the company."""

    HEAD_OFFICE = "HEAD_OFFICE", _("总公司")
    PROVINCIAL = "PROVINCIAL", _("分公司")
    LOCAL = "LOCAL", _("支公司")
