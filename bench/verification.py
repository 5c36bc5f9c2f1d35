"""What checking an ID token offline costs beside the bare signature.

    python -m bench.verification [--rounds N]

In each round the two take turns; the median of the ratios is what counts. Goal: at most 1.15.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from authsvc.algorithms import ES256
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import SigningKey
from authsvc.keyring.signing import new_private_key
from authsvc.verify import IDTokenVerifier, VerificationKeys

GOAL = 1.15

_ISSUER = "https://id.example"
_CLIENT = "my-platform"
_EACH = 500
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Cost:
    """Microseconds for one token, and the median of the ratios of all rounds."""

    whole: float
    with_access_token: float
    bare: float
    ratio: float
    ratio_with_access_token: float


def measure(rounds: int = 21) -> Cost:
    """The cost of an ES256 ID token as the service issues it, and of its signature alone."""
    now = datetime.now(UTC)
    key = SigningKey(new_private_key(ES256), alg=ES256)
    access_token, nonce = new_token(400), new_token()
    verifier = IDTokenVerifier(
        issuer=_ISSUER,
        client_id=_CLIENT,
        keys=VerificationKeys.from_jwks({"keys": [dict(key.public_jwk)]}),
        algorithms=[ES256],
    )
    at_hash = b64url(sha256(access_token.encode()).digest()[:16])
    token = _token(key, nonce=nonce, at_hash=at_hash, now=now)

    def whole() -> None:
        verifier.verify(token, nonce=nonce, now=now, max_age=_HOUR)

    def with_access_token() -> None:
        verifier.verify(token, nonce=nonce, now=now, max_age=_HOUR, access_token=access_token)

    bare = _bare(key, token)
    turns = [(_seconds(whole), _seconds(with_access_token), _seconds(bare)) for _ in range(rounds)]
    medians = [1e6 * statistics.median(column) / _EACH for column in zip(*turns, strict=True)]
    return Cost(
        whole=medians[0],
        with_access_token=medians[1],
        bare=medians[2],
        ratio=statistics.median(turn[0] / turn[2] for turn in turns),
        ratio_with_access_token=statistics.median(turn[1] / turn[2] for turn in turns),
    )


def _token(key: SigningKey, *, nonce: str, at_hash: str, now: datetime) -> str:
    """As the provider makes it, with every claim that it may have without being asked for more."""
    claims = {
        "iss": _ISSUER,
        "sub": new_token(),
        "aud": _CLIENT,
        "exp": int(now.timestamp()) + 600,
        "iat": int(now.timestamp()),
        "auth_time": int(now.timestamp()),
        "acr": "urn:authsvc:acr:aal2",
        "amr": ["mfa", "otp", "pwd"],
        "at_hash": at_hash,
        "nonce": nonce,
        "sid": new_token(),
    }
    header = {"alg": ES256, "kid": key.kid, "typ": "JWT"}
    signed = ".".join(b64url(msgspec.json.encode(part)) for part in (header, claims))
    return f"{signed}.{b64url(key.sign(signed.encode()))}"


def _bare(key: SigningKey, token: str) -> Callable[[], None]:
    """The verification by `cryptography` of the same signature, everything else done before."""
    public, algorithm = key.public_key(), ec.ECDSA(hashes.SHA256())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    signed, _, text = token.rpartition(".")
    raw = from_b64url(text)
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    signature, message = encode_dss_signature(r, s), signed.encode()
    return lambda: public.verify(signature, message, algorithm)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(_EACH):
        work()
    return time.perf_counter() - began


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=21)
    cost = measure(parser.parse_args().rounds)
    print(f"bare signature         {cost.bare:6.1f} us")
    print(f"ID token               {cost.whole:6.1f} us   {cost.ratio:.3f}   (goal {GOAL})")
    with_it = f"{cost.with_access_token:6.1f} us   {cost.ratio_with_access_token:.3f}"
    print(f"  and its access token {with_it}")


if __name__ == "__main__":
    main()
