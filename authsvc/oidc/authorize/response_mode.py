"""The response modes: how an answer is put together, and how it travels.

    query            in the query of the redirect URI, the mode for a code (RFC 6749 4.1.2)
    form_post        by a form that sends itself (OAuth 2.0 Form Post Response Mode)
    jwt, query.jwt   signed, in the query (JARM section 2.3)
    form_post.jwt    signed, by the form

`fragment` is not offered: what stands there is read by scripts, and none of ours needs that.
"""

from authsvc.oidc.authorize.parameters import Parameters
from authsvc.oidc.errors import InvalidRequest

QUERY = "query"
FORM_POST = "form_post"
JWT = "jwt"
QUERY_JWT = "query.jwt"
FORM_POST_JWT = "form_post.jwt"

SUPPORTED = (QUERY, FORM_POST, JWT, QUERY_JWT, FORM_POST_JWT)
SIGNED = frozenset({JWT, QUERY_JWT, FORM_POST_JWT})
POSTED = frozenset({FORM_POST, FORM_POST_JWT})


def read_response_mode(parameters: Parameters) -> str | None:
    """The mode that is asked for, None for the usual one; InvalidRequest if it is not spoken."""
    mode = parameters.get("response_mode")
    if mode is not None and mode not in SUPPORTED:
        raise InvalidRequest("response_mode is not supported", field="response_mode")
    return mode
