"""Questions that this room asks and a room or area above it answers."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer", bound=Callable[..., Any])


class Port(Generic[Answer]):
    """One question; `ask` answers as if nobody knew until somebody above registers."""

    def __init__(self, unanswered: Answer) -> None:
        self.ask = unanswered
