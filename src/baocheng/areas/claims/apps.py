from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """理赔: registration only."""

    name = "baocheng.areas.claims"
    label = "claims"
