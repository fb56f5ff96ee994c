from django.apps import AppConfig


class ProcessesConfig(AppConfig):
    """流程: registration only."""

    name = "baocheng.engine.processes"
    label = "processes"

    def ready(self) -> None:
        from baocheng.engine.processes import correlation, events  # noqa: F401  (they register themselves)
        from baocheng.engine.processes.content import PROCESS
        from baocheng.engine.publishing.kinds import register_kind

        register_kind(PROCESS)
