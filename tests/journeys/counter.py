"""A platform without a page: it asks for a person elsewhere, or shows a code, and polls."""

from typing import Any

import httpx2

from authsvc.clients.client import CIBA, DEVICE_CODE
from tests.journeys.world import COUNTER, World


class Counter:
    """The counter of a service hall; everything that it says goes over HTTP."""

    def __init__(self, world: World) -> None:
        self._issuer = world.issuer
        self._secret = world.secret_file(COUNTER).read_text()

    def asks(self, sign_in_name: str, **form: str) -> dict[str, str]:
        """Asks somebody (CIBA); how to hear the answer."""
        told = self._post("/backchannel_authentication", login_hint=sign_in_name, **form)
        return {"grant_type": CIBA, "auth_req_id": told["auth_req_id"]}

    def shows_a_code(self) -> tuple[str, dict[str, str]]:
        """The code that a device shows (RFC 8628), and how to hear what comes of it."""
        told = self._post("/device_authorization")
        return told["user_code"], {"grant_type": DEVICE_CODE, "device_code": told["device_code"]}

    def hears(self, asked: dict[str, str]) -> dict[str, Any]:
        """The answer of this moment: tokens, or why there are none."""
        return self._post("/token", **asked)

    def _post(self, path: str, **form: str) -> dict[str, Any]:
        answer = httpx2.post(
            f"{self._issuer}{path}",
            data={"scope": "openid age", **form},
            auth=(COUNTER, self._secret),
            trust_env=False,
        )
        told: dict[str, Any] = answer.json()
        return told
