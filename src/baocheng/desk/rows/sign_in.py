"""The sign-in page."""

from collections.abc import Sequence
from dataclasses import dataclass

from baocheng.ui.components import Form


@dataclass(frozen=True, kw_only=True)
class DemoLogin:
    """One login of the demonstration company."""

    login: str
    password: str
    role: str

    @property
    def fill(self) -> dict[str, str]:
        """What a press on this login writes into the form."""
        return {"username": self.login, "password": self.password}


@dataclass(frozen=True, kw_only=True)
class SignInPage:
    """The form and, in a demonstration, who one can be."""

    form: Form
    company: str
    demo_logins: Sequence[DemoLogin] = ()
