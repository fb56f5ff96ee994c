"""Who may do what with customers."""

from baocheng.engine.streams import Actor
from baocheng.kernel.problems import NotPermitted

READ = "customers.read_party"
REGISTER = "customers.register_party"
CHANGE = "customers.change_party"
REVEAL = "customers.reveal_field"


def require(actor: Actor, permission: str) -> None:
    """Refuse an actor who does not hold `permission`.

    Raises:
        NotPermitted: they do not.
    """
    if not actor.may(permission):
        raise NotPermitted
