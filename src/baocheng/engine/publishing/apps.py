from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """手册发布: registration only."""

    name = "baocheng.engine.publishing"
    label = "publishing"
