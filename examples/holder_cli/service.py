"""The service's HTTP interface, as an app sees it. Every refusal comes as RFC 9457 problem JSON."""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx2

from examples.holder_cli.device import Device

POSSESSION = "authsvc-possession-v1"


class Refused(Exception):
    """The service said no, and why; or it was not there to say anything."""

    def __init__(self, title: str, *, status: int = 0, code: str = "", next_step: str = "") -> None:
        super().__init__(f"{title}. {next_step} [{code}]" if code else title)
        self.status = status
        self.code = code


class Service:
    """One service, and the session at it."""

    def __init__(self, url: str, *, cookies: dict[str, str] | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = httpx2.Client(
            base_url=self.url,
            cookies=cookies,
            headers={"accept-language": "en"},
            timeout=30,
            trust_env=False,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def begin_enrollment(self) -> dict[str, Any]:
        """A new enrollment: its id, the token that opens it, the next step."""
        begun: dict[str, Any] = self._ask("POST", "/enrollments")
        return begun

    def enrollment(self, enrollment: dict[str, Any]) -> dict[str, Any]:
        """Where an enrollment stands."""
        return self._step("GET", enrollment, "")

    def take_step(self, enrollment: dict[str, Any], step: str, **body: Any) -> dict[str, Any]:
        """One step of an enrollment; repeating it does no harm."""
        return self._step("PUT", enrollment, f"/{step}", body)

    def take_over(self, enrollment: dict[str, Any]) -> dict[str, Any]:
        """The enrollment with a token that nobody else has; the one that was shown is dead."""
        return self._step("POST", enrollment, "/token")

    def latest_code(self, phone: str) -> str:
        """The code of the last SMS to a phone: only a sandbox has an outbox to look into."""
        found = self._ask("GET", "/sandbox/outbox", params={"phone": phone})
        codes = re.findall(r"(?<!\d)\d{6}(?!\d)", found["messages"][-1]["text"])
        return str(codes[0])

    def sign_in(self, device: Device, *, otp: Callable[[], str]) -> dict[str, Any]:
        """Opens a session by a signature of the device's key; `otp` is asked only if it is on."""
        self._client.cookies.clear()
        challenge: dict[str, Any] = self._ask("POST", "/authentication/challenges")
        message: str = challenge["message"]
        # Whoever signs what a stranger composed can be made to sign anything.
        if message.split("\n")[:3] != [POSSESSION, self.url, "sign-in"]:
            raise Refused("The service asks for a signature that is no sign-in")
        answer: dict[str, Any] = self._ask(
            "POST",
            "/authentication/possession",
            json={
                "challenge": challenge["challenge"],
                "certificate": device.certificate or "",
                "signature": device.sign(message.encode()),
            },
        )
        if answer["outcome"] == "second_factor_needed":
            second = {"ticket": answer["ticket"], "otp": otp()}
            answer = self._ask("POST", "/authentication/second-factor", json=second)
        device.write("session", {"cookies": dict(self._client.cookies)})
        return answer

    def overview(self) -> dict[str, Any]:
        """What the service holds about the person who is signed in."""
        overview: dict[str, Any] = self._ask("GET", "/holder")
        return overview

    def activity(self) -> list[dict[str, Any]]:
        """What was done in the person's name, newest first."""
        found: list[dict[str, Any]] = []
        page: dict[str, str | None] = {"limit": "200"}
        while True:
            told = self._ask("GET", "/holder/activity", params=page)
            found += told["entries"]
            if told["before"] is None:
                return found
            page["before"] = told["before"]

    def devices(self) -> list[dict[str, Any]]:
        """The devices that have a certificate of the person's."""
        return list(self._ask("GET", "/holder/devices"))

    def export(self) -> dict[str, Any]:
        """Everything that the service holds about the person."""
        export: dict[str, Any] = self._ask("GET", "/holder/export")
        return export

    def link(self, department: str, code: str) -> None:
        """Links a department's record, by the code from its desk."""
        self._ask("POST", "/holder/departments/link", json={"department": department, "code": code})

    def freeze(self) -> None:
        """Freezes the number: nothing is done in the person's name any more."""
        self._ask("POST", "/holder/freeze")

    def opt_out(self) -> str:
        """Leaves the service for good; the receipt."""
        return str(self._ask("POST", "/holder/opt-out")["receipt"])

    def _step(
        self, method: str, enrollment: dict[str, Any], path: str, body: object = None
    ) -> dict[str, Any]:
        step: dict[str, Any] = self._ask(
            method,
            f"/enrollments/{enrollment['enrollment']}{path}",
            headers={"authorization": f"Bearer {enrollment['token']}"},
            json=body,
        )
        return step

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._client.request(method, path, **options)
            found = response.json() if response.content else {}
        except (httpx2.HTTPError, ValueError):
            raise Refused(f"No answer from {self.url}") from None
        if response.is_error:
            raise Refused(
                found.get("title", f"HTTP {response.status_code}"),
                status=response.status_code,
                code=found.get("code", ""),
                next_step=found.get("next_step", ""),
            )
        return found


def encode(data: bytes) -> str:
    """How files travel in JSON."""
    return b64encode(data).decode()
