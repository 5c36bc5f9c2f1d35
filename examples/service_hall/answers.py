"""What the hall believes of an answer: of the service's signatures, and of the departments'."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from examples.service_hall.errors import AnswerRefused, ServiceUnavailable

if TYPE_CHECKING:
    from examples.service_hall.online_number import Registration

SIGNED = ["ES256"]
SEALED = ["ECDH-ES", "A128CBC-HS256", "A256GCM"]
ATTESTED = ["RS256"]
ATTESTATION_TYPE = "attribute-attestation+jwt"
AUDIENCE = "urn:authsvc:audience:government"
LEEWAY_SECONDS = 30

KeysOf = Callable[[str], Awaitable[Any]]


@dataclass(frozen=True)
class Told:
    """All that the hall is told. `attributes` were attested; `missing` says why others are not."""

    subject: str
    name: str | None = None
    number: str | None = None
    attributes: Mapping[str, str | bool] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


class Answers:
    """Reads answers that are for this hall."""

    def __init__(self, registration: "Registration", clock: Callable[[], int]) -> None:
        self._us = registration
        self._clock = clock

    def subject(self, token: str, keys: KeySet, nonce: str) -> str:
        """The `sub` of an ID token that answers our question; AnswerRefused."""
        claims = self._signed(token, keys, exp={"essential": True}, nonce=_exactly(nonce))
        return str(claims["sub"])

    def userinfo(self, sealed: str, keys: KeySet, subject: str) -> dict[str, Any]:
        """The claims of a UserInfo answer: sealed for us, signed by the service, about `sub`."""
        try:
            opened = jwe.decrypt_compact(sealed, self._us.sealing_key, algorithms=SEALED)
        except (JoseError, ValueError):
            raise AnswerRefused from None
        return self._signed((opened.plaintext or b"").decode(), keys, sub=_exactly(subject))

    async def told(self, claims: Mapping[str, Any], keys_of: KeysOf) -> Told:
        """Name and number, where they are told, and what departments signed; AnswerRefused."""
        try:
            return await self._told(claims, keys_of)
        except (KeyError, TypeError, AttributeError, ValueError):
            # Signed, and yet not of the shape that we know: nothing of it is used.
            raise AnswerRefused from None

    async def _told(self, claims: Mapping[str, Any], keys_of: KeysOf) -> Told:
        attributes: dict[str, str | bool] = {}
        missing = dict(claims.get("attributes_missing", {}))
        for department, source in claims.get("_claim_sources", {}).items():
            names = [name for name, of in claims["_claim_names"].items() if of == department]
            try:
                said = await self._attested(department, str(source["JWT"]), keys_of)
            except ServiceUnavailable:
                missing |= dict.fromkeys(names, "unavailable")
                continue
            attributes |= {name: said[name] for name in names}
        name, number = _identity(claims)
        return Told(str(claims["sub"]), name, number, attributes, missing)

    async def _attested(self, department: str, token: str, keys_of: KeysOf) -> dict[str, Any]:
        """What a department signed. Which address is which department, an operator told us."""
        address = f"{self._us.departments}/{department}"
        keys = read_keys(await keys_of(address))
        try:
            read = jwt.decode(token, keys, algorithms=ATTESTED)
            if read.header.get("typ") != ATTESTATION_TYPE:
                raise AnswerRefused
            self._registry(
                iss=_exactly(address), aud=_exactly(AUDIENCE), exp={"essential": True}
            ).validate(read.claims)
        except (JoseError, ValueError):
            raise AnswerRefused from None
        return read.claims

    def _signed(self, token: str, keys: KeySet, **rules: Any) -> dict[str, Any]:
        ours = {"iss": _exactly(self._us.issuer), "aud": _exactly(self._us.client_id)}
        try:
            claims = jwt.decode(token, keys, algorithms=SIGNED).claims
            self._registry(**ours, **rules).validate(claims)
        except (JoseError, ValueError):
            raise AnswerRefused from None
        if claims["aud"] not in (self._us.client_id, [self._us.client_id]):
            raise AnswerRefused
        return claims

    def _registry(self, **rules: Any) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(now=self._clock(), leeway=LEEWAY_SECONDS, **rules)


def read_keys(published: Any) -> KeySet:
    """A JWK Set (RFC 7517 section 5); AnswerRefused if it is none."""
    try:
        return KeySet.import_key_set(published)
    except (JoseError, ValueError, TypeError, KeyError):
        raise AnswerRefused from None


def _exactly(value: str) -> dict[str, Any]:
    return {"essential": True, "value": value}


def _identity(claims: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Name and identity number of `verified_claims`, if the person agreed to be named."""
    verified = claims.get("verified_claims")
    if not isinstance(verified, dict):
        return None, None
    [evidence] = verified["verification"]["evidence"]
    return verified["claims"]["name"], evidence["document_details"]["personal_number"]
