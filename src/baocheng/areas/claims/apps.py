from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """理赔: registration only."""

    name = "baocheng.areas.claims"
    label = "claims"

    def ready(self) -> None:
        """Let events, steps, forms and options be known to the engine."""
        from baocheng.areas.claims import events, steps  # noqa: F401
