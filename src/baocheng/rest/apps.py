"""Registers the API with Django."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    """接口."""

    name = "baocheng.rest"
    label = "rest"
