"""An unexpected exception becomes a numbered incident: one log line, and nothing for strangers."""

import traceback
from pathlib import Path

import structlog

from authsvc.errors import AuthsvcError
from authsvc.identifiers import new_token
from authsvc.web.asgi import Scope
from authsvc.web.errors import Incident
from authsvc.web.problems import status_of

_PACKAGE = Path(__file__).parent.parent


def refusal_of(error: Exception, scope: Scope) -> AuthsvcError:
    """What to answer: a refusal as it is, anything else as an incident.

    A refusal of no category (status 500: a seal that does not open, a statement that failed) is
    for the operator alone, so it becomes an incident, too.
    """
    if isinstance(error, Incident):
        return error
    if isinstance(error, AuthsvcError) and status_of(error) != 500:
        # For the access log: an operator sees which refusals are frequent, and nothing else.
        scope["authsvc.code"] = error.code
        if error.tells_why:
            scope["authsvc.reason"] = error.log
        return error
    return record_incident(error, scope)


def record_incident(cause: BaseException, scope: Scope) -> Incident:
    """Log where and of what type the cause is, under a random number; give the refusal.

    The number is left in the scope, for the access log's line of the same request.

    The message of an exception often quotes what was presented, so it is not logged; its type
    and the lines it passed are.
    """
    incident = Incident(new_token(9))
    scope["authsvc.incident"] = incident.number
    structlog.get_logger().error(
        "incident",
        incident=incident.number,
        error_type=" < ".join(_types(cause)),
        where=" > ".join(_lines(cause)),
    )
    return incident


def _types(cause: BaseException | None) -> list[str]:
    names: list[str] = []
    while cause is not None and len(names) < 5:
        names.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return names


def _lines(cause: BaseException) -> list[str]:
    """The last steps inside the service, and the one that failed, as file:line."""
    frames = traceback.extract_tb(cause.__traceback__)
    ours = [frame for frame in frames[:-1] if Path(frame.filename).is_relative_to(_PACKAGE)]
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in [*ours[-4:], *frames[-1:]]]
