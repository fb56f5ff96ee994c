"""Registers the desk with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """工作台."""

    name = "baocheng.desk"
    label = "desk"
