from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """客户: registration only."""

    name = "baocheng.areas.customers"
    label = "customers"

    def ready(self) -> None:
        """Register the events and refusals of this area."""
        from baocheng.areas.customers import events, operations  # noqa: F401
