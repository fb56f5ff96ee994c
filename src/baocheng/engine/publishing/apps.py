from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """手册发布: registration only."""

    name = "baocheng.engine.publishing"
    label = "publishing"

    def ready(self) -> None:
        from baocheng.engine.publishing.kinds import register_kind
        from baocheng.engine.publishing.phrases import PHRASE

        register_kind(PHRASE)
