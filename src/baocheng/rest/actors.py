"""From a login to the actor on whose behalf operations run."""

from django.contrib.auth.models import AbstractBaseUser

from baocheng.areas.organisation.queries import actor_of
from baocheng.engine.streams import Actor
from baocheng.kernel.time import now


def actor_for(user: AbstractBaseUser) -> Actor:
    """Return the member of staff behind a login, with what they may do at this moment.

    Raises:
        NotStaff: nobody who works here has this login.
    """
    return actor_of(user, at=now())
