from django.apps import AppConfig


class ClocksConfig(AppConfig):
    """时限: registration only."""

    name = "baocheng.engine.clocks"
    label = "clocks"

    def ready(self) -> None:
        from baocheng.engine.clocks import events, runtime  # noqa: F401  (they register themselves)
        from baocheng.engine.clocks.definition import check_clock, parse_clocks
        from baocheng.engine.clocks.queries import running_deadlines
        from baocheng.engine.publishing.kinds import ContentKind, register_kind
        from baocheng.engine.work.deadlines import register_deadlines

        register_kind(ContentKind("clock", ".clock.yaml", parse_clocks, check_clock))
        register_deadlines(running_deadlines)
