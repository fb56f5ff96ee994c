"""Registers the component library with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """界面组件."""

    name = "baocheng.ui"
    label = "ui"
