from django.apps import AppConfig


class DemoConfig(AppConfig):
    """示范公司: registration only."""

    name = "baocheng.demo"
    label = "demo"

    def ready(self) -> None:
        from baocheng.demo import clock
        from baocheng.kernel import time

        time.use_source(clock.moved_time)
