"""Values with which every template renders; a test changes what it is about."""

from datetime import date
from typing import Any

from authsvc.errors import NotFound, Text

_FORM: dict[str, Any] = {"action": "/action", "hidden": {"ticket": "t"}}

PAGES: dict[str, dict[str, Any]] = {
    "sign_in.html": {
        **_FORM,
        "client_name": "Platform",
        "username": "",
        "by_phone": "/action/phone",
        "error": None,
    },
    "otp.html": {**_FORM, "client_name": "Platform", "recovery": False, "error": None},
    "second_factor.html": {
        **_FORM,
        "client_name": "Platform",
        "recovery": False,
        "has_totp": True,
        "has_passkey": True,
        "phone": "***1234",
        "code_sent": True,
        "may_skip": True,
        "may_decline": True,
        "error": None,
    },
    "consent.html": {
        **_FORM,
        "client_name": "Platform",
        "host": "platform.example",
        "scopes": ["openid", "age"],
        "ages": [],
        "facts": [],
        "purposes": {"age": "accounts are for adults", "identity": "a line in your name"},
        "certificates": [Text("领取网证", "fetch certificates into your wallet")],
        "details": [Text("签署办件 A-1", "sign your case A-1")],
        "separate": [
            {
                "box": "attributes-0",
                "value": "a digest",
                "sentence": Text("查询就业信息", "ask where you work"),
            }
        ],
        "legal_basis": "PIPL 29",
        "client_id": "example-platform",
        "contacts": ("privacy@platform.example",),
        "identity": {
            "box": "what the box is worth",
            "law": "Telecommunications Regulations, article 59",
            "contacts": ["privacy@platform.example"],
            "until": date(2027, 1, 31),
            "allowed_until": date(2026, 12, 31),
            "name": "T*",
            "number": "99************001X",
        },
        "until": date(2027, 1, 31),
        "policy_uri": None,
        "tos_uri": None,
    },
    "guardian.html": {
        **_FORM,
        "client_name": "Platform",
        "names": ["Somebody Grown"],
        "waits": True,
        "until": "2026-11-23 10:05 (UTC+8)",
        # Longer than any test looks.
        "seconds": 3600,
    },
    "error.html": {"error": NotFound(), "incident": None},
    "sign_out.html": {**_FORM, "client_name": "Platform", "error": None},
    "signed_out.html": {"client_name": "Platform", "return_to": "https://platform.example/"},
}
