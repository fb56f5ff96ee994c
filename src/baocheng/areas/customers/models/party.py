"""The party."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from baocheng.areas.customers.enums import IdentityKind, PartyKind, Sex
from baocheng.areas.customers.models.name_search import name_document
from baocheng.engine.fields import CodeField, EncryptedField, key_ring
from baocheng.engine.streams import Stream
from baocheng.kernel.ids import new_id
from baocheng.kernel.masks import mask_name, mask_phone, mask_resident_id, mask_uscc


class Party(models.Model):
    """A person or an organisation (客户).

    What is sealed in the database is clear on the object; pages show the `masked_` properties.
    The `_index` columns are blind: they find a value without knowing it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = CodeField(choices=PartyKind)
    name = models.CharField(max_length=120)
    name_search = SearchVectorField()
    identity_kind = CodeField(choices=IdentityKind, default=IdentityKind.NONE)
    identity_number = EncryptedField(blank=True)
    identity_index = models.CharField(max_length=32, null=True)
    reference = models.CharField(max_length=120, null=True)  # where it was imported from
    phone = EncryptedField(blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    phone_tail_index = models.CharField(max_length=32, blank=True)
    email = EncryptedField(blank=True)
    address = EncryptedField(blank=True)
    born_on = models.DateField(null=True)
    sex = CodeField(choices=Sex, blank=True)
    region = models.CharField(max_length=80, blank=True)
    registered_at = models.DateTimeField()
    revision = models.IntegerField(default=0)

    class Meta:
        db_table = "customers_party"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="customers_party_identity", fields=["identity_index"]),
            models.UniqueConstraint(name="customers_party_reference", fields=["reference"]),
            models.CheckConstraint(
                name="customers_party_identity_complete",
                condition=Q(identity_kind=IdentityKind.NONE, identity_index__isnull=True)
                | ~Q(identity_kind=IdentityKind.NONE) & Q(identity_index__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["name_search"], name="customers_party_name"),
            models.Index(
                fields=["phone_index"], name="customers_party_phone", condition=~Q(phone_index="")
            ),
            models.Index(
                fields=["phone_tail_index"],
                name="customers_party_phone_tail",
                condition=~Q(phone_tail_index=""),
            ),
        ]

    def __str__(self) -> str:
        return self.masked_name

    def give_name(self, name: str) -> None:
        """Set the name, and what finds it."""
        self.name = name
        self.name_search = name_document(name)

    def give_identity(self, kind: IdentityKind, number: str) -> None:
        """Set the document, and what finds it."""
        self.identity_kind = kind
        self.identity_number = number
        self.identity_index = identity_index(number)

    def give_phone(self, number: str) -> None:
        """Set the phone number, and what finds it."""
        self.phone = number
        self.phone_index = phone_index(number) if number else ""
        self.phone_tail_index = phone_tail_index(number[-4:]) if number else ""

    @property
    def stream(self) -> Stream:
        return Stream("party", self.id)

    @property
    def masked_name(self) -> str:
        is_person = self.kind == PartyKind.PERSON
        return mask_name(self.name) if is_person else self.name

    @property
    def masked_identity_number(self) -> str:
        is_person = self.kind == PartyKind.PERSON
        return (mask_resident_id if is_person else mask_uscc)(self.identity_number)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def masked_email(self) -> str:
        user, at, host = self.email.partition("@")
        return f"{user[:1]}***{at}{host}" if user else ""

    @property
    def masked_address(self) -> str:
        return f"{self.address[:6]}***" if self.address else ""

    def age_on(self, day: date) -> int | None:
        """Return the full years of a person on `day`, None where the birth date is not known."""
        if self.born_on is None:
            return None
        is_before_birthday = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - is_before_birthday


def identity_index(number: str) -> str:
    """Return the blind index of an identity number in its one spelling."""
    return key_ring().blind_index(number, context="customers.identity_number")


def phone_index(number: str) -> str:
    """Return the blind index of a whole phone number."""
    return key_ring().blind_index(number, context="customers.phone")


def phone_tail_index(tail: str) -> str:
    """Return the blind index of the last four digits of a phone number."""
    return key_ring().blind_index(tail, context="customers.phone_tail")
