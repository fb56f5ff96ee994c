"""Work items, drafts, recusals and the uses of authority."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from baocheng.engine.fields import AmountField, CodeField
from baocheng.engine.streams import Stream
from baocheng.engine.work.enums import OPEN_STATES, AuthorityScope, ItemState, Party
from baocheng.kernel.ids import new_id

# An item without a deadline sorts behind every item that has one.
NEVER = timezone.datetime(9999, 12, 31, tzinfo=timezone.timezone.utc)
