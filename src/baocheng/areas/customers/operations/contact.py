"""Check and change how a party is reached."""

import re
from datetime import datetime

from baocheng.areas.customers.enums import ProtectedField
from baocheng.areas.customers.events import ContactChanged
from baocheng.areas.customers.models import Party
from baocheng.areas.customers.permissions import CHANGE, require
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import unit
from baocheng.kernel.identifiers import phone as phone_numbers
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


class EmailFormat(Problem):
    """Nothing that mail could reach."""

    code = "customers.email_format"
    message = _("电子邮箱的格式不对，请核对。")


def change_contact(
    *,
    party: Party,
    phone: str | None = None,
    email: str | None = None,
    address: str | None = None,
    by: Actor,
    at: datetime,
) -> Party:
    """Change what is given of phone, e-mail and address; "" removes it, None leaves it.

    Raises:
        PhoneFormat, EmailFormat: see there.
    """
    require(by, CHANGE)
    changed: list[ProtectedField] = []
    if phone is not None and (number := checked_phone(phone)) != party.phone:
        changed.append(ProtectedField.PHONE)
        party.give_phone(number)
    if email is not None and (mail := checked_email(email)) != party.email:
        changed.append(ProtectedField.EMAIL)
        party.email = mail
    if address is not None and address.strip() != party.address:
        changed.append(ProtectedField.ADDRESS)
        party.address = address.strip()
    if changed:
        with unit() as writing:
            writing.change(party, "phone", "phone_index", "phone_tail_index", "email", "address")
            event = ContactChanged(
                fields=[str(field.value) for field in changed],
                labels="、".join(str(field.label) for field in changed),
            )
            record(event, stream=party.stream, by=by, at=at)
    return party


def checked_phone(text: str, field: str = "phone") -> str:
    """Return a phone number in its one spelling; none stays none.

    Raises:
        PhoneFormat: it cannot be called.
    """
    return phone_numbers.parse(text, field=field).number if text.strip() else ""


def checked_email(text: str, field: str = "email") -> str:
    """Return a mail address without blanks around it; none stays none.

    Raises:
        EmailFormat: it is none.
    """
    address = text.strip()
    if address and not _EMAIL.fullmatch(address):
        raise EmailFormat(field)
    return address
