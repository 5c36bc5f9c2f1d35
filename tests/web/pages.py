"""Values with which every template renders; a test changes what it is about."""

from typing import Any

from authsvc.errors import NotFound

_FORM: dict[str, Any] = {"action": "/action", "hidden": {"ticket": "t"}}

PAGES: dict[str, dict[str, Any]] = {
    "sign_in.html": {**_FORM, "client_name": "Platform", "username": "", "error": None},
    "otp.html": {**_FORM, "client_name": "Platform", "recovery": False, "error": None},
    "consent.html": {
        **_FORM,
        "client_name": "Platform",
        "host": "platform.example",
        "scopes": ["openid", "age"],
        "policy_uri": None,
        "tos_uri": None,
    },
    "error.html": {"error": NotFound(), "incident": None},
    "sign_out.html": {**_FORM, "client_name": "Platform", "error": None},
    "signed_out.html": {"client_name": "Platform", "return_to": "https://platform.example/"},
}
