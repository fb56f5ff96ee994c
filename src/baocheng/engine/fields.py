"""Column types the whole product shares."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from baocheng.kernel.crypto import KeyRing

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
    _CharField = models.CharField[Any, Any]
    _DecimalField = models.DecimalField[Any, Any]
else:
    _TextField, _CharField, _DecimalField = models.TextField, models.CharField, models.DecimalField


class CodeField(_CharField):
    """A stored code (UPPER_SNAKE); its labels never reach a migration."""

    def __init__(self, *args: Any, max_length: int = 40, **kwargs: Any) -> None:
        kwargs["max_length"] = max_length
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for wording in ("choices", "verbose_name", "help_text"):
            kwargs.pop(wording, None)
        return name, path, args, kwargs


class AmountField(_DecimalField):
    """An amount of yuan, exact to the cent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_digits=18, decimal_places=2)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


@lru_cache(maxsize=1)
def key_ring() -> KeyRing:
    """Return the keys of this installation."""
    return KeyRing(settings.FIELD_KEYS, index_key=settings.INDEX_KEY)


class EncryptedField(_TextField):
    """Personal text: clear on the object, sealed in the database, bound to its column."""

    @property
    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return key_ring().seal(value, context=self._context) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return key_ring().open(value, context=self._context) if value else value
