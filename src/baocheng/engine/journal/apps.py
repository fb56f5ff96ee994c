from django.apps import AppConfig


class JournalConfig(AppConfig):
    """事件日志: registration only."""

    name = "baocheng.engine.journal"
    label = "journal"
