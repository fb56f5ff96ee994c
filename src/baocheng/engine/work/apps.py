from django.apps import AppConfig


class WorkConfig(AppConfig):
    """工作任务: registration only."""

    name = "baocheng.engine.work"
    label = "work"

    def ready(self) -> None:
        from baocheng.engine.publishing.kinds import ContentKind, register_kind
        from baocheng.engine.work import events, items  # noqa: F401  (they register themselves)
        from baocheng.engine.work.forms import check_form, parse_form

        register_kind(ContentKind("form", ".form.yaml", parse_form, check_form))
