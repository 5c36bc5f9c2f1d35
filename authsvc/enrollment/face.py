"""The face-match port: does a fresh picture show the person in the portrait?

A matcher answers by returning (it does) or by raising HolderNotRecognised (it does not) or
FaceMatchUnavailable (it cannot say). Neither picture is kept by it.
"""

import hmac
from base64 import b64encode
from typing import Protocol

import httpx2
import msgspec

from authsvc.enrollment.errors import FaceMatchUnavailable, HolderNotRecognised
from authsvc.enrollment.gateway import ask
from authsvc.settings import Gateway


class FaceMatch(Protocol):
    """Whoever can compare a capture with a portrait."""

    async def confirm(self, portrait: bytes, capture: bytes) -> None:
        """Returns if both show one person; HolderNotRecognised, FaceMatchUnavailable."""
        ...


class SandboxFaceMatch:
    """Artificial people have artificial faces: the capture is the portrait, or it is not."""

    async def confirm(self, portrait: bytes, capture: bytes) -> None:
        """Returns if both are the same token; HolderNotRecognised."""
        if not hmac.compare_digest(portrait, capture):
            raise HolderNotRecognised(field="capture")


class Verdict(msgspec.Struct, frozen=True):
    """A matcher's answer."""

    match: bool


class HTTPFaceMatch:
    """A matcher over HTTPS: POST {"portrait", "capture"} (base64) -> {"match": true or false}."""

    def __init__(self, gateway: Gateway, client: httpx2.AsyncClient) -> None:
        self._gateway = gateway
        self._client = client

    async def confirm(self, portrait: bytes, capture: bytes) -> None:
        """Returns if the matcher says yes; HolderNotRecognised, FaceMatchUnavailable."""
        question = {
            "portrait": b64encode(portrait).decode("ascii"),
            "capture": b64encode(capture).decode("ascii"),
        }
        verdict = await ask(
            self._client,
            self._gateway,
            question,
            answer=Verdict,
            otherwise=FaceMatchUnavailable,
        )
        if not verdict.match:
            raise HolderNotRecognised(field="capture")
