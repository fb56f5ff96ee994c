"""How far the demonstration clock was moved."""

from datetime import timedelta

from django.db import models


class DemoClock(models.Model):
    """The one row: what is added to the machine's time."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta)

    def __str__(self) -> str:
        return str(self.offset)
