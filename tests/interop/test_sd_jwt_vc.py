"""npm's @sd-jwt/sd-jwt-vc, written by others: it takes what we issue, and refuses what we refuse.

As a wallet it shows what we issued, and we take that.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey

from authsvc.algorithms import EDDSA, ES256
from authsvc.certificates import RevocationReason
from authsvc.certificates.credentials import Wanted
from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import CredentialVerifier, KnownIssuer, TokenRefused
from tests.certificates.credential_makers import LASTING, somebody
from tests.certificates.makers import new_key
from tests.certificates.test_credential_algorithms import URL, issuer_of, opened
from tests.interop.node import run_flow
from tests.verify.credential_makers import Holder

pytestmark = [
    pytest.mark.interop,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.parametrize("alg", [ES256, EDDSA]),
]

AUDIENCE, NONCE = "https://shop.example/door", "a nonce of the shop"
PLATFORM = "sd_jwt/platform.mjs"


@pytest.fixture
def issuer(keyring, alg, database, clock, now):
    return issuer_of(opened(keyring, alg, made=now - timedelta(days=2)), database, clock, now)


@pytest.fixture
def holder():
    return new_key()


@pytest.fixture
def person(issuer, now):
    return somebody(issuer.certificates.authority.keyring, now)


@pytest.fixture
async def credential(issuer, person, holder, now):
    wanted = [Wanted(holder.public_key(), None)]
    [found] = await issuer.issue(person, now=now, kind=LASTING, wanted=wanted)
    return found


def jose(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return ECKey.import_key(pem.decode())


def metadata_of(issuer, now):
    return issuer.certificates.credentials.issuer_metadata(now=now)


async def list_of(issuer, now):
    return (await issuer.lists.current(0, now=now)).token


async def said_by_them(node_directory, issuer, alg, shown, *, now):
    about = {
        "metadata": json.loads(metadata_of(issuer, now)),
        "lists": {
            issuer.certificates.credentials.status_list(0): (await list_of(issuer, now)).decode()
        },
        "alg": alg,
        "audience": AUDIENCE,
        "nonce": NONCE,
        "wanted": ["age_over_18"],
        "shown": [{"text": text, "at": int(at.timestamp())} for text, at in shown],
    }
    return run_flow(node_directory, PLATFORM, "isShown", about, {})


async def said_by_us(issuer, alg, text, *, now):
    known = KnownIssuer(URL, algorithms=[alg])
    known.take_keys(metadata_of(issuer, now), now=now)
    known.statuses.add(await list_of(issuer, now), now=now)
    whole = CredentialVerifier(
        issuer=URL,
        keys=known,
        types=[issuer.certificates.credentials.type_of(LASTING)],
        algorithms=[alg],
    )
    return whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now, statuses=known.statuses)


def bound(credential, holder, now, **changes):
    says: dict[str, Any] = {"iat": int(now.timestamp()), "aud": AUDIENCE, "nonce": NONCE} | changes
    return Holder(jose(holder)).bound(credential, **says)


async def test_they_take_what_we_issue_and_read_the_same(
    node_directory, issuer, alg, credential, holder, now
):
    text = bound(credential, holder, now)
    [theirs] = await said_by_them(node_directory, issuer, alg, [(text, now)], now=now)
    ours = await said_by_us(issuer, alg, text, now=now)
    assert theirs["claims"].items() >= ours.claims.items()
    assert theirs["claims"]["age_over_18"] is True
    assert theirs["claims"]["vct"] == ours.type


async def test_both_refuse_what_was_tampered_with(
    node_directory, issuer, alg, credential, holder, now
):
    jwt, *disclosures, _ = credential.split("~")
    header, payload, signature = jwt.split(".")
    told = {json.loads(from_b64url(each))[1]: each for each in disclosures}
    changed = b64url(from_b64url(told["age_over_18"]).replace(b"true", b"null"))
    forged = b64url(from_b64url(payload).replace(b'"exp":1', b'"exp":2'))
    flipped = from_b64url(signature)[:-1] + bytes([from_b64url(signature)[-1] ^ 1])
    assert (forged, changed) != (payload, told["age_over_18"])
    good = bound(credential, holder, now)
    rest = credential.partition("~")[2]

    def shown(text):
        return bound(text, holder, now)

    tampered = {
        "another value": shown(credential.replace(told["age_over_18"], changed)),
        "another payload": shown(f"{header}.{forged}.{signature}~{rest}"),
        "another signature": shown(f"{header}.{payload}.{b64url(flipped)}~{rest}"),
        "none": shown(f"{header}.{payload}.~{rest}"),
        "a disclosure less than was bound": good.replace(f"~{disclosures[0]}", ""),
        "not bound": credential,
        "another nonce": bound(credential, holder, now, nonce="another"),
        "another audience": bound(credential, holder, now, aud="https://other.example"),
        "a foreign key": bound(credential, new_key(), now),
    }
    cases = [(text, now) for text in tampered.values()]
    cases.append((good, now + timedelta(days=15)))
    theirs = await said_by_them(node_directory, issuer, alg, [(good, now), *cases], now=now)
    assert "claims" in theirs.pop(0)
    for how, said in zip([*tampered, "expired"], theirs, strict=True):
        assert "refused" in said, how
    for how, text in tampered.items():
        with pytest.raises(TokenRefused):
            pytest.fail(f"we took {how}: {await said_by_us(issuer, alg, text, now=now)}")
    late = now + timedelta(days=15)
    with pytest.raises(TokenRefused, match=r"verify\.expired"):
        await said_by_us(issuer, alg, bound(credential, holder, late), now=late)


async def test_both_refuse_what_was_withdrawn_and_only_that(
    node_directory, issuer, alg, credential, holder, person, now
):
    text = bound(credential, holder, now)
    credentials = issuer.certificates.credentials
    hold, ended = RevocationReason.CERTIFICATE_HOLD, RevocationReason.CESSATION_OF_OPERATION
    steps = [
        (credentials.withdraw, {"reason": hold}, r"verify\.credential_suspended"),
        (credentials.release, {}, None),
        (credentials.withdraw, {"reason": ended}, r"verify\.credential_revoked"),
    ]
    for step, (act, asked, refused) in enumerate(steps, start=1):
        async with issuer.database.transaction() as tx:
            await act(tx, subscriber_id=person.id, **asked)
        later = now + step * timedelta(seconds=31)
        [theirs] = await said_by_them(node_directory, issuer, alg, [(text, later)], now=later)
        if refused is None:
            assert "claims" in theirs
            assert await said_by_us(issuer, alg, text, now=later)
        else:
            assert theirs == {"refused": "Status is not valid"}
            with pytest.raises(TokenRefused, match=refused):
                await said_by_us(issuer, alg, text, now=later)


async def test_we_take_what_they_show(node_directory, issuer, alg, credential, holder, now):
    about = {
        "credential": credential,
        "claims": ["age_over_18"],
        "key": jose(holder).as_dict(private=True),
        "audience": AUDIENCE,
        "nonce": NONCE,
        "at": int(now.timestamp()),
    }
    text = run_flow(node_directory, PLATFORM, "shows", about, {})
    found = await said_by_us(issuer, alg, text, now=now)
    assert found.claims["age_over_18"] is True
    assert "document_class" not in found.claims
    for changes in ({"nonce": "another"}, {"audience": "https://other.example"}):
        text = run_flow(node_directory, PLATFORM, "shows", about | changes, {})
        with pytest.raises(TokenRefused, match=r"verify\.binding_"):
            await said_by_us(issuer, alg, text, now=now)
