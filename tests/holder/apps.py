"""A person's app: a client with a session cookie, and keys of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.identifiers import b64url
from tests.whole import Resident, Service


def new_key() -> ec.EllipticCurvePrivateKey:
    """A device's key."""
    return ec.generate_private_key(ec.SECP256R1())


def request_for(key: ec.EllipticCurvePrivateKey) -> str:
    """A certificate request in PEM."""
    signed = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


class App:
    """One app of one person."""

    def __init__(self, service: Service, client: httpx2.AsyncClient, resident: Resident) -> None:
        self.service = service
        self.client = client
        self.resident = resident

    async def sign_in(self) -> None:
        """By password, and by TOTP if it is on."""
        body = {"sign_in_name": self.resident.sign_in_name, "password": self.resident.password}
        answer = await self.client.post("/authentication/password", json=body)
        assert answer.is_success, answer.text
        if answer.json()["outcome"] == "second_factor_needed":
            self.service.clock.advance(minutes=1)
            body = {"ticket": answer.json()["ticket"], "otp": self.service.otp(self.resident)}
            answer = await self.client.post("/authentication/second-factor", json=body)
            assert answer.is_success, answer.text

    async def sign_in_by(
        self, key: ec.EllipticCurvePrivateKey, certificate: str
    ) -> httpx2.Response:
        """By a device's key, whatever comes of it."""
        challenge = (await self.client.post("/authentication/challenges")).json()
        signature = key.sign(challenge["message"].encode(), ec.ECDSA(hashes.SHA256()))
        body = {
            "challenge": challenge["challenge"],
            "certificate": certificate,
            "signature": b64url(signature),
        }
        return await self.client.post("/authentication/possession", json=body)

    async def sees(self, path: str) -> Any:
        """What an address under /holder shows."""
        answer = await self.client.get(f"/holder{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def does(self, path: str, **body: Any) -> httpx2.Response:
        """A POST to an address under /holder, whatever comes of it."""
        return await self.client.post(f"/holder{path}", json=body or None)

    async def adds(
        self, name: str = "a tablet", *, key: ec.EllipticCurvePrivateKey | None = None
    ) -> httpx2.Response:
        """Asks for a certificate of a further device, whatever comes of it.

        Where the phone has to be proved, it is, and then it is asked for again.
        """
        request = request_for(key or new_key())
        answer = await self.does("/devices", name=name, certificate_request=request)
        if answer.status_code == 403 and answer.json()["code"].endswith(".phone_proof_required"):
            await self.proves_phone()
            answer = await self.does("/devices", name=name, certificate_request=request)
        return answer

    async def proves_phone(self) -> None:
        """By a code, in the session that is there."""
        await self.service.prove_phone(self.client, self.resident)

    async def kinds(self) -> list[str]:
        """What happened, newest first."""
        return [entry["kind"] for entry in (await self.sees("/activity"))["entries"]]

    async def messages(self) -> list[str]:
        """What came to the person's phone."""
        query = {"phone": self.resident.phone}
        answer = await self.client.get("/sandbox/outbox", params=query)
        return [message["text"] for message in answer.json()["messages"]]


@asynccontextmanager
async def open_app(service: Service, resident: Resident) -> AsyncIterator[App]:
    """An app of a person who has signed in by password."""
    async with service.client() as client:
        app = App(service, client, resident)
        await app.sign_in()
        yield app
