from django.apps import AppConfig

from baocheng.areas.policies import events  # noqa: F401


class PoliciesConfig(AppConfig):
    """保单: registration only."""

    name = "baocheng.areas.policies"
    label = "policies"
