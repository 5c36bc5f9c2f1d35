"""Taking online certificates directly, by the verifier that runs beside this platform.

`authsvc verifier` speaks to wallets; this speaks to its JSON door. The service that issued the
certificate has no part in it and does not learn that somebody came here.

    ask      two requests: a link for the wallet on this device, a QR code for one on a phone
    look     whether the phone has answered
    redeem   what the wallet on this device has answered, for the browser that it sent back
    receipt  what we keep of it, if the holder disclosed what it takes: proof that it was done

A certificate for this platform tells the same pseudonym as OpenID Connect does, so that it makes
no difference by which of the two somebody comes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from examples.social_platform.errors import (
    AnswerRefused,
    Refusal,
    StepLost,
    VerificationDeclined,
    VerificationUnavailable,
)
from examples.social_platform.online_number import TIMEOUT_SECONDS, VerifiedPerson
from examples.social_platform.receipts import PURPOSE, Draft, Receipt
from examples.social_platform.recording import Recording

# The kind of certificate that is made for one platform, and the name of our one question.
KIND = "verified-person-at-platform"
PERSON = "person"
RECEIPT = "receipt"
NAME = "广场 · The Square"
ANY_WALLET = "openid4vp://"
AWAY = 500


@dataclass(frozen=True)
class Verifier:
    """The verifier beside this platform: its address, and the token that opens its door."""

    address: str
    token: str


@dataclass(frozen=True)
class Asked:
    """One question in two forms; kept for the visitor until it is answered.

    `link` opens the app of the service, which is a page; `other_link` any other wallet.
    """

    here: str
    link: str
    other_link: str
    on_a_phone: str
    qr: str


class Certificates:
    """The verifier, as the platform sees it. `issuer` is the service that issues certificates."""

    def __init__(
        self,
        verifier: Verifier,
        *,
        issuer: str,
        return_to: str,
        recording: Recording,
        draft: Callable[[str], Draft | None],
    ) -> None:
        self._draft = draft
        self._verifier = verifier
        self._type = f"{issuer}/credentials/types/{KIND}"
        # What stands behind `#` is sent to nobody: the service does not learn of the request.
        self._app = f"{issuer}/app/present#/present"
        self._return_to = return_to
        self._recording = recording

    async def ask(self, *, session: str, purpose: str, ask_age: bool) -> Asked:
        """A new question, for the browser of this session; VerificationUnavailable.

        `purpose` is what people read in their app before they say yes.
        """
        question = {
            "query": self._query(ask_age=ask_age),
            "wallet": self._app,
            "name": NAME,
            "purpose": purpose,
        }
        back = {"way": "same_device", "session": session, "return_to": self._return_to}
        here = await self._send("POST", "/presentations", question | back)
        phone = await self._send("POST", "/presentations", question | {"way": "cross_device"})
        return Asked(
            here=here["id"],
            link=here["link"],
            other_link=ANY_WALLET + here["link"].removeprefix(self._app),
            on_a_phone=phone["id"],
            qr=phone["qr"],
        )

    async def look(self, asked: Asked) -> VerifiedPerson | None:
        """Who has answered by the phone, if anybody; the refusals of `redeem`."""
        return _person(await self._send("GET", f"/presentations/{asked.on_a_phone}", None))

    async def redeem(self, asked: Asked, *, session: str, response_code: str) -> VerifiedPerson:
        """Who has answered here; AnswerRefused, StepLost and the refusals of a verification.

        The verifier compares the session: an answer that was asked for in another browser is none.
        """
        body = {"session": session, "response_code": response_code}
        person = _person(await self._send("POST", f"/presentations/{asked.here}/result", body))
        if person is None:
            raise StepLost
        return person

    async def receipted(self, presentation: str, person: VerifiedPerson) -> VerifiedPerson:
        """The person with a receipt of what they have shown; without, if they kept it back."""
        draft = self._draft(person.subject)
        if draft is None:
            return person
        body = {"reference": draft.reference, "purpose": PURPOSE}
        try:
            found = await self._send("POST", f"/presentations/{presentation}/receipt", body)
        except Refusal:
            return person
        receipt = Receipt(draft.salt, draft.reference, str(found["receipt"]))
        return replace(person, receipt=receipt)

    def _query(self, *, ask_age: bool) -> dict[str, Any]:
        wanted = ["sub", "age_over_18"] if ask_age else ["sub"]
        credential = {
            "id": PERSON,
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [self._type]},
            "claims": [{"id": name, "path": [name]} for name in (*wanted, RECEIPT)],
            # Rather with what a receipt takes; nobody must.
            "claim_sets": [[*wanted, RECEIPT], wanted],
        }
        return {"credentials": [credential]}

    async def _send(self, method: str, path: str, body: object) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(
                timeout=TIMEOUT_SECONDS,
                headers={"authorization": f"Bearer {self._verifier.token}"},
                event_hooks={"response": [self._recording.response]},
                trust_env=False,
            ) as client:
                response = await client.request(
                    method, self._verifier.address + path, json=body if body is not None else None
                )
                found = response.json()
        except (httpx2.HTTPError, ValueError):
            raise VerificationUnavailable from None
        if response.status_code >= AWAY or response.status_code == httpx2.codes.UNAUTHORIZED:
            raise VerificationUnavailable
        if response.status_code == httpx2.codes.NOT_FOUND:
            raise StepLost
        if not response.is_success or not isinstance(found, dict):
            raise AnswerRefused
        return found


def _person(outcome: dict[str, Any]) -> VerifiedPerson | None:
    """Who was presented; None while nobody was."""
    if outcome["status"] == "waiting":
        return None
    if outcome["status"] == "declined":
        raise VerificationDeclined
    if outcome["status"] != "presented":
        raise AnswerRefused
    [certificate] = outcome["credentials"][PERSON]
    answer = certificate["claims"].get("age_over_18")
    return VerifiedPerson(certificate["subject"], answer if isinstance(answer, bool) else None)
