"""Each algorithm from end to end: issued, published, shown, verified, suspended.

The signer's key is two days old, so that it signs what is issued today.
"""

import json
from datetime import timedelta
from typing import Any

import cbor2
import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.algorithms import ALGORITHMS, EDDSA, ES256, SM2, AlgorithmUnavailable, libcrypto
from authsvc.algorithms.fixed_length import fixed_length
from authsvc.certificates import CertificateAuthority, RevocationReason
from authsvc.certificates.credentials import KINDS, Credentials, CredentialStatusLists, Wanted
from authsvc.certificates.errors import KindNotOffered
from authsvc.identifiers import b64url, from_b64url
from authsvc.issuance.configurations import described
from authsvc.keyring import KeyRing, KeyRingBroken, rotation
from authsvc.keyring.signing import CREDENTIAL_ALGORITHMS
from authsvc.settings import KeyRules, SettingsInvalid, load_settings
from authsvc.verify import (
    AlgorithmRefused,
    CredentialSuspended,
    CredentialVerifier,
    KnownIssuer,
    MdocVerifier,
    SignatureRefused,
    SignerStatusUnknown,
)
from tests.certificates.credential_makers import (
    BRIEF,
    LASTING,
    MDOC,
    MDOC_BRIEF,
    Issuer,
    somebody,
    unpadded,
)
from tests.certificates.makers import Desk, new_key
from tests.verify.credential_makers import digest
from tests.verify.mdoc_makers import TRANSCRIPT, Mdoc

URL = "https://id.example"
AUDIENCE, NONCE = "https://shop.example/door", "a nonce of the shop"
HOLDER = new_key()

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVERY = pytest.mark.parametrize("alg", CREDENTIAL_ALGORITHMS)


def rules_for(alg):
    return msgspec.convert({"credential_signing_alg": alg}, KeyRules)


def opened(keyring, alg, *, made):
    """The ring of the same directory, of a service that is set to sign with `alg`."""
    rules = rules_for(alg)
    return KeyRing.create(keyring.directory.root, now=made, rules=rules)


@pytest.fixture
def alg(request):
    return request.param


@pytest.fixture
def issuer(keyring, alg, database, clock, now):
    ring = opened(keyring, alg, made=now - timedelta(days=2))
    return issuer_of(ring, database, clock, now)


def issuer_of(ring, database, clock, now):
    authority = CertificateAuthority.create(ring, base_url=URL, now=now)
    desk = Desk.alone(authority, database, clock)
    lists = CredentialStatusLists(desk.certificates.credentials, database)
    return Issuer(desk.certificates, database, lists)


def shown(credential, *, key=HOLDER):
    """All of it, bound to a request of the shop."""

    def at(moment):
        claims = {
            "iat": int(moment.timestamp()),
            "aud": AUDIENCE,
            "nonce": NONCE,
            "sd_hash": digest(credential),
        }
        parts = ({"alg": "ES256", "typ": "kb+jwt"}, claims)
        signing_input = ".".join(b64url(json.dumps(part).encode()) for part in parts)
        signature = fixed_length(key.sign(signing_input.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{credential}{signing_input}.{b64url(signature)}"

    return at


def header_of(text):
    return json.loads(unpadded(text.partition(".")[0]))


class Shop:
    """A platform that takes some algorithms, and fetches what the issuer publishes."""

    def __init__(self, issuer, *algorithms, by_chain=False, now):
        self.issuer = issuer
        credentials = issuer.certificates.credentials
        anchors = [credentials.anchor(now=now)] if by_chain else []
        self.known = KnownIssuer(URL, anchors=anchors, algorithms=algorithms)
        self.verifier = CredentialVerifier(
            issuer=URL,
            keys=None if by_chain else self.known,
            anchors=anchors,
            revocations=self.known.revocations,
            types=[credentials.type_of(LASTING)],
            algorithms=algorithms,
        )

    async def refresh(self, *, now):
        async def fetch(address):
            if address.endswith("/.well-known/jwt-vc-issuer"):
                return self.issuer.certificates.credentials.issuer_metadata(now=now)
            if address.endswith("/crl/credentials.crl"):
                revoked = self.issuer.certificates.credentials.revoked_signers
                return await revoked.current(now=now)
            return (await self.issuer.lists.current(0, now=now)).token

        assert await self.known.arefresh(fetch, now=now) == ()

    def verify(self, text, *, now):
        return self.verifier.verify(
            text, audience=AUDIENCE, nonce=NONCE, now=now, statuses=self.known.statuses
        )


async def credential_of(issuer, *, now, kind=LASTING, person=None, key=HOLDER):
    person = person or somebody(issuer.certificates.authority.keyring, now)
    wanted = [Wanted(key.public_key(), None)]
    [found] = await issuer.issue(person, now=now, kind=kind, wanted=wanted)
    return found


@pytest.mark.parametrize("alg", CREDENTIAL_ALGORITHMS, indirect=True)
async def test_what_is_issued_is_shown_verified_and_suspended(issuer, alg, now):
    ring = issuer.certificates.authority.keyring
    person = somebody(ring, now)
    credential = await credential_of(issuer, now=now, person=person)
    header = header_of(credential)
    assert header["alg"] == alg
    # cryptography makes no certificate of SM2: such a signer is known by name alone.
    assert ("x5c" in header) is (alg != SM2)
    text = shown(credential)(now)
    shop = Shop(issuer, alg, now=now)
    for by_chain in (False, True)[: 1 if alg == SM2 else 2]:
        shop = Shop(issuer, alg, by_chain=by_chain, now=now)
        shop.known.statuses.want(f"{URL}/credentials/status-lists/0")
        await shop.refresh(now=now)
        found = shop.verify(text, now=now)
        assert found.claims["age_over_18"] is True
        assert found.status_as_of is not None
        # Who takes the others takes neither this certificate nor its list.
        others = Shop(issuer, *({*CREDENTIAL_ALGORITHMS} - {alg}), by_chain=by_chain, now=now)
        others.known.take_keys(issuer.certificates.credentials.issuer_metadata(now=now), now=now)
        with pytest.raises(AlgorithmRefused):
            others.verify(text, now=now)
        with pytest.raises(AlgorithmRefused):
            others.known.statuses.add((await issuer.lists.current(0, now=now)).token, now=now)
    async with issuer.database.transaction() as tx:
        await issuer.certificates.credentials.withdraw(
            tx, reason=RevocationReason.CERTIFICATE_HOLD, subscriber_id=person.id
        )
    later = now + timedelta(seconds=31)
    await shop.refresh(now=later)
    with pytest.raises(CredentialSuspended):
        shop.verify(shown(credential)(later), now=later)


@pytest.mark.parametrize("alg", [ES256, EDDSA], indirect=True)
async def test_an_mdoc_is_signed_with_the_same(issuer, alg, now):
    credentials = issuer.certificates.credentials
    assert credentials.kinds(now=now) == KINDS
    text = await credential_of(issuer, now=now, kind=MDOC_BRIEF)
    doc_type = credentials.type_of(MDOC_BRIEF)
    shown_mdoc = Mdoc(cbor2.loads(from_b64url(text)), HOLDER, doc_type).presented("age_over_18")
    shop = Shop(issuer, by_chain=True, now=now)
    by: dict[str, Any] = {"issuer": URL, "types": [doc_type]}
    by["signers"] = shop.known.document_signers
    takes = MdocVerifier(**by, algorithms=[alg])
    with pytest.raises(SignerStatusUnknown):
        takes.verify(shown_mdoc, session_transcript=TRANSCRIPT, now=now)
    await shop.refresh(now=now)
    found = takes.verify(shown_mdoc, session_transcript=TRANSCRIPT, now=now)
    assert found.claims == {doc_type: {"age_over_18": True}}
    others = MdocVerifier(**by, algorithms={*ALGORITHMS} - {alg})
    with pytest.raises(AlgorithmRefused):
        others.verify(shown_mdoc, session_transcript=TRANSCRIPT, now=now)


@pytest.mark.parametrize("alg", [SM2], indirect=True)
async def test_no_mdoc_is_offered_where_sm2_signs(issuer, alg, now):
    offered = issuer.certificates.credentials.kinds(now=now)
    assert set(KINDS) - set(offered) == {MDOC.id, MDOC_BRIEF.id}
    assert set(described(URL, offered.values(), proof_types=(), signed_with=alg)) == set(offered)
    for kind in (MDOC, MDOC_BRIEF):
        with pytest.raises(KindNotOffered):
            await credential_of(issuer, now=now, kind=kind)
    # Nothing was recorded: the same key gets one that there is.
    assert await credential_of(issuer, now=now, kind=BRIEF)


@pytest.mark.parametrize("alg", [ES256, EDDSA])
def test_a_wallet_is_told_numbers_of_mdocs_and_names_of_the_others(alg, database_url):
    told = described(URL, KINDS.values(), proof_types=(), signed_with=alg)
    said = {name: each["credential_signing_alg_values_supported"] for name, each in told.items()}
    numbers = {ES256: [-7, -9], EDDSA: [-8, -19]}[alg]
    assert said.pop(MDOC.id) == said.pop(MDOC_BRIEF.id) == numbers
    assert all(each == [alg] for each in said.values())


@pytest.mark.parametrize("alg", CREDENTIAL_ALGORITHMS, indirect=True)
async def test_no_header_makes_a_key_one_of_another_algorithm(issuer, alg, now):
    credential = await credential_of(issuer, now=now)
    jwt, _, rest = credential.partition("~")
    _, payload, signature = jwt.split(".")
    shop = Shop(issuer, *ALGORITHMS, now=now)
    await shop.refresh(now=now)
    key = issuer.certificates.credentials.signer.at(now).key
    for says in {*ALGORITHMS, "Ed25519", "none", "HS256", "ES384"} - {alg}:
        if (alg, says) == (EDDSA, "Ed25519"):
            continue
        forged = b64url(json.dumps({**header_of(jwt), "alg": says}).encode())
        # As it was signed, and signed anew by the same key over what it now says.
        again = b64url(key.sign(f"{forged}.{payload}".encode()))
        for made in (signature, again, ""):
            text = shown(f"{forged}.{payload}.{made}~{rest}")(now)
            with pytest.raises(AlgorithmRefused):
                shop.verify(text, now=now)


@pytest.mark.parametrize("alg", CREDENTIAL_ALGORITHMS, indirect=True)
async def test_no_other_key_of_the_same_algorithm_signs_for_it(issuer, alg, now):
    credential = await credential_of(issuer, now=now)
    jwt, _, rest = credential.partition("~")
    signing_input = jwt.rpartition(".")[0]
    shop = Shop(issuer, alg, now=now)
    await shop.refresh(now=now)
    row = ALGORITHMS[alg]
    forged = b64url(row.signer(row.keys.generate())(signing_input.encode()))
    flipped = bytearray(from_b64url(jwt.rpartition(".")[2]))
    flipped[5] ^= 4
    for signature in (forged, b64url(bytes(flipped)), b64url(bytes(64)), ""):
        text = shown(f"{signing_input}.{signature}~{rest}")(now)
        with pytest.raises(SignatureRefused):
            shop.verify(text, now=now)


@pytest.mark.parametrize("alg", [EDDSA], indirect=True)
async def test_another_algorithm_signs_from_the_next_midnight(keyring, database, clock, now, alg):
    now += timedelta(days=1)  # The keys of the ring are a day old.
    before = issuer_of(keyring, database, clock, now)
    today = await credential_of(before, now=now, kind=BRIEF)
    # The setting is changed in the middle of the day; the key is made with it.
    after = issuer_of(opened(keyring, alg, made=now), database, clock, now)
    later = now + timedelta(hours=2)
    still = await credential_of(after, now=later, kind=BRIEF, key=new_key())
    assert header_of(today)["kid"] == header_of(still)["kid"]
    tomorrow = await credential_of(after, now=now + timedelta(days=1), key=new_key())
    assert header_of(tomorrow)["alg"] == alg
    published = json.loads(after.certificates.credentials.issuer_metadata(now=now))
    # Both are known at once, long before the new one signs, and as long as the old one's hold.
    for text in (still, tomorrow):
        assert header_of(text)["kid"] in {key["kid"] for key in published["jwks"]["keys"]}
    # And back again.
    back = issuer_of(KeyRing.open(keyring.directory.root), database, clock, now)
    again = await credential_of(back, now=now + timedelta(days=1), key=new_key())
    assert header_of(again)["alg"] == ES256


@EVERY
def test_a_new_service_signs_as_it_was_set_from_the_first_day(tmp_path, now, alg, database_url):
    rules = rules_for(alg)
    ring = KeyRing.create(tmp_path / "new", now=now, rules=rules)
    authority = CertificateAuthority.create(ring, base_url=URL, now=now)
    signer = Credentials(authority).signer
    assert signer.at(now).key.alg == alg
    assert {key.alg for key in ring.credentials.published(now=now)} == {ES256, alg}


@pytest.mark.parametrize("alg", [SM2], indirect=True)
def test_the_keys_of_each_algorithm_follow_each_other(keyring, alg, now, database_url):
    ring = opened(keyring, alg, made=now - timedelta(days=100))
    made = rotation.rotate_if_due(ring, purpose="credential", now=now)
    assert alg in {key.alg for key in made}
    at_once = rotation.replace_at_once(ring, alg, purpose="credential", revoke=True, now=now)
    published = [key for key in ring.credentials.published(now=now) if key.alg == alg]
    assert [key.kid for key in published] == [at_once.kid]


def test_a_key_that_was_set_and_is_not_there_is_missed(keyring, database_url):
    with pytest.raises(KeyRingBroken, match="EdDSA"):
        KeyRing.open(keyring.directory.root, rules=rules_for(EDDSA))


def test_a_key_in_the_file_of_another_algorithm_is_refused(keyring, now, database_url):
    opened(keyring, EDDSA, made=now)
    folder = keyring.directory.root / "credential"
    (folder / "eddsa-1.pem").rename(folder / "sm2-1.pem")
    with pytest.raises(KeyRingBroken, match="SM2"):
        KeyRing.open(keyring.directory.root)


def test_sm2_without_a_libcrypto_is_refused_by_whoever_needs_it(
    keyring, now, monkeypatch, database_url
):
    opened(keyring, SM2, made=now)
    libcrypto.library.cache_clear()
    monkeypatch.setattr(libcrypto, "_NAMES", ())
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    try:
        with pytest.raises(AlgorithmUnavailable, match="libcrypto"):
            KeyRing.open(keyring.directory.root, rules=rules_for(SM2))
        with pytest.raises(AlgorithmUnavailable):
            CredentialVerifier(issuer=URL, keys=KnownIssuer(URL), types=["x"], algorithms=["SM2"])
    finally:
        libcrypto.library.cache_clear()


def test_the_setting_names_what_there_is_and_nothing_else(database_url):
    environment = {"AUTHSVC_ISSUER": URL}
    for alg in CREDENTIAL_ALGORITHMS:
        found = load_settings(None, environment | {"AUTHSVC_KEYS__CREDENTIAL_SIGNING_ALG": alg})
        assert found.keys.credential_signing_alg == alg
    assert load_settings(None, environment).keys.credential_signing_alg == ES256
    for alg in ("RS256", "Ed25519", "none", ""):
        with pytest.raises(SettingsInvalid) as refusal:
            load_settings(None, environment | {"AUTHSVC_KEYS__CREDENTIAL_SIGNING_ALG": alg})
        assert refusal.value.field == "keys.credential_signing_alg"
