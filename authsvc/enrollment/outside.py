"""What lies outside the service: the document register, text messages, the face matcher.

Each is spoken to over HTTPS when its address is set. Without one, the sandbox has its simulated
form; in production a missing address is refused, because a simulation there would be a lie.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import httpx2
from cryptography import x509

from authsvc.clock import Clock
from authsvc.enrollment.face import FaceMatch, HTTPFaceMatch, SandboxFaceMatch
from authsvc.enrollment.sms import HTTPSMSGateway, OutboxSMSGateway, SMSGateway
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.keys import ORGANIZATION, is_simulated
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.emrtd.anchors import organizations, read_country_signers
from authsvc.evidence.emrtd.country_signers import CountrySigners
from authsvc.evidence.http_register import HTTPRegister
from authsvc.evidence.register import DocumentRegister
from authsvc.keyring import KeyRing, KeyRingBroken
from authsvc.settings import Settings, SettingsInvalid
from authsvc.storage import Ephemeral

# A person waits for what we ask of others.
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Outside:
    """The three ports, and the client that goes through them."""

    register: DocumentRegister
    sms: SMSGateway
    faces: FaceMatch
    client: httpx2.AsyncClient

    @classmethod
    def open(cls, settings: Settings, ephemeral: Ephemeral, clock: Clock) -> Self:
        """The ports that the settings ask for; SettingsInvalid names an address that is missing."""
        client = httpx2.AsyncClient(
            timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )
        return cls(
            register=_register(settings, client, clock),
            sms=_sms(settings, client, ephemeral),
            faces=_faces(settings, client),
            client=client,
        )

    @property
    def outbox(self) -> OutboxSMSGateway | None:
        """The sandbox's outbox, if messages go there."""
        return self.sms if isinstance(self.sms, OutboxSMSGateway) else None

    @property
    def authority(self) -> DocumentAuthority | None:
        """The simulated authority, if the register is the sandbox's own."""
        return self.register.authority if isinstance(self.register, EmbeddedRegister) else None

    async def close(self) -> None:
        """Lets go of connections."""
        await self.client.aclose()


def _register(settings: Settings, client: httpx2.AsyncClient, clock: Clock) -> DocumentRegister:
    register = settings.register
    if register.url:
        return HTTPRegister(register.url, client, token=register.token)
    _sandbox_only(settings, "register.url")
    return EmbeddedRegister(DocumentAuthority.open(settings.register_directory, clock=clock))


def _sms(settings: Settings, client: httpx2.AsyncClient, ephemeral: Ephemeral) -> SMSGateway:
    if settings.sms.url:
        return HTTPSMSGateway(settings.sms, client)
    _sandbox_only(settings, "sms.url")
    return OutboxSMSGateway(ephemeral)


def _faces(settings: Settings, client: httpx2.AsyncClient) -> FaceMatch:
    if settings.face_match.url:
        return HTTPFaceMatch(settings.face_match, client)
    _sandbox_only(settings, "face_match.url")
    return SandboxFaceMatch()


def _sandbox_only(settings: Settings, field: str) -> None:
    if not settings.sandbox:
        raise SettingsInvalid(field=field, log="production needs the real one")


def trusted(settings: Settings, keyring: KeyRing, purpose: str) -> list[x509.Certificate]:
    """Whose documents and pushes we believe; KeyRingBroken if that is a simulation in production.

    The keys of a simulated authority lie about on developers' machines.
    """
    anchors = keyring.directory.certificates(purpose)
    if not settings.sandbox and any(is_simulated(anchor) for anchor in anchors):
        raise KeyRingBroken(log=f"keys/{purpose} trusts a simulated authority")
    return anchors


def trusted_states(settings: Settings, keyring: KeyRing, *, now: datetime) -> CountrySigners:
    """Whose travel documents we believe; KeyRingBroken for simulated ones in production."""
    signers = read_country_signers(keyring.directory.root, now=now)
    if not settings.sandbox and ORGANIZATION in organizations(signers):
        raise KeyRingBroken(log="keys/travel-anchors trusts a simulated authority")
    return signers
