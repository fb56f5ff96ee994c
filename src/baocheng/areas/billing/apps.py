from django.apps import AppConfig

from baocheng.areas.billing import events  # noqa: F401


class BillingConfig(AppConfig):
    """收付费: registration only."""

    name = "baocheng.areas.billing"
    label = "billing"
