"""示范时钟: exists in demonstration mode only."""

from typing import Annotated

from ninja import Router
from pydantic import BaseModel, Field, WithJsonSchema

from baocheng.demo.clock import advance
from baocheng.kernel.time import now
from baocheng.rest.durations import PATTERN, span_from
from baocheng.rest.schema import Given, Moment
from baocheng.rest.tokens import Bearer, Request, Scope

router = Router()


class DemoClock(BaseModel):
    """The time as the demonstration has it."""

    now: Moment


class Advance(Given):
    """How far to move the clock forward."""

    duration: Annotated[
        str, WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["P31D"]})
    ] = Field(description="ISO 8601 时长，如 P31D、PT24H、P1M。")


class Advanced(DemoClock):
    """What fell due on the way."""

    timers: int = Field(description="触发的流程定时器。")
    clocks: int = Field(description="预警或逾期的时限。")


@router.get("/clock", auth=Bearer(Scope.DEMO_READ), response=DemoClock, summary="示范时钟")
def read(request: Request) -> DemoClock:
    return DemoClock(now=now())


@router.post(
    "/clock/advance",
    auth=Bearer(Scope.DEMO_WRITE),
    response=Advanced,
    summary="拨快示范时钟，并办理其间到期的事项",
)
def move(request: Request, given: Advance) -> Advanced:
    moved = advance(span_from(now(), given.duration))
    return Advanced(now=moved.now, timers=moved.timers, clocks=moved.clocks)
