"""Refuses what an endpoint does not know: a mistyped filter must not return everything."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from ninja.operation import Operation

from baocheng.kernel.problems import Problem, Problems
from baocheng.kernel.text import _
from baocheng.rest.tokens import Request


class UnknownParameter(Problem):
    """A query parameter that the endpoint does not have."""

    code = "rest.unknown_parameter"
    message = _("此接口没有参数“{name}”。")


def knowing_its_parameters(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return `view` refusing query parameters that it does not take."""
    # ninja leaves the operation on the view that it was made from.
    operation: Operation = vars(view)["_ninja_operation"]
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    @wraps(view)
    def strict(request: Request, *args: Any, **kwargs: Any) -> Any:
        unknown = [name for name in request.GET if name not in known]
        if unknown:
            raise Problems([UnknownParameter(name, name=name) for name in unknown])
        return view(request, *args, **kwargs)

    return strict
