from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """决策: registration only."""

    name = "baocheng.engine.decisions"
    label = "decisions"

    def ready(self) -> None:
        from baocheng.engine.decisions.content import DECISION
        from baocheng.engine.publishing.kinds import register_kind

        register_kind(DECISION)
