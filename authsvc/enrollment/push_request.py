"""A push of the register as it comes over HTTP."""

import msgspec

from authsvc.enrollment.bodies import PushBody
from authsvc.evidence.push import TYPE
from authsvc.web.errors import FieldInvalid
from authsvc.web.forms import require_content_type
from authsvc.web.http import HTTPRequest
from authsvc.web.json_body import check_json

_SIGNED = frozenset({"application/jwt", f"application/{TYPE}"})
_JSON = "application/json"


def signed_of(request: HTTPRequest) -> str:
    """The compact JWS of a push: the body itself, or the member `signed` of a JSON body."""
    content_type = request.headers.get("content-type")
    if (content_type or "").partition(";")[0].strip().lower() in _SIGNED:
        return request.body.decode("utf-8", "replace")
    require_content_type(content_type, _JSON)
    check_json(request.body)
    try:
        return msgspec.json.decode(request.body, type=PushBody).signed
    except msgspec.ValidationError:
        raise FieldInvalid(field="signed") from None
