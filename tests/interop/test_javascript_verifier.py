"""The verifier of examples/javascript_verifier, and ours: both say the same of anything shown."""

import itertools
import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from authsvc.identifiers import b64url
from authsvc.verify import KnownStatuses, StatusListVerifier, TokenRefused, VerificationKeys
from tests.makers import NOW
from tests.oidc.jwt_makers import private_key
from tests.services import missing
from tests.verify.credential_makers import (
    AT_PLATFORM,
    AUDIENCE,
    LIST,
    NONCE,
    SECTOR,
    TOLD,
    TYPE,
    Holder,
    digest,
    disclosure,
    issued,
    metadata,
    presentation,
    status_list,
    verifier,
)
from tests.verify.makers import ISSUED, ISSUER, published
from tests.verify.test_disclosures import WRONG as WRONG_DISCLOSURES
from tests.verify.test_statuses import WRONG as WRONG_LISTS

pytestmark = pytest.mark.interop

FOLDER = Path(__file__).parent
STRANGER = private_key("ES256", "stranger")
TYPES = [TYPE, AT_PLATFORM]
EDWARDS = private_key("EdDSA")
METADATA = metadata(private_key("ES256"))
METADATA["jwks"]["keys"].append(published(EDWARDS, "EdDSA"))
IN_JAVASCRIPT = {"algorithms": "algorithms", "holder_algorithms": "holderAlgorithms"}


def at(index: int, **changes: Any) -> str:
    place = {"status_list": {"idx": index, "uri": changes.pop("uri", LIST)}}
    return presentation(certificate=issued(status=place, **changes))


def of(**changes: Any) -> str:
    return presentation(certificate=issued(**changes))


def payload_of(payload: Any, shown: Any) -> str:
    certificate = issued({}, **{"_sd": None} | payload)
    return Holder().bound("~".join((certificate.jwt, *shown, "")))


def characters_changed(text: str) -> list[str]:
    return [
        text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :]
        for place in range(0, len(text), 5)
    ]


def presentations() -> list[tuple[str, datetime]]:
    """What somebody might show, and when."""
    whole = presentation("age_over_18", "document_class")
    bound_elsewhere = [
        presentation(**{name: value})  # type: ignore[arg-type]  # what it is, is the question
        for name, values in {
            "aud": (None, 1, "", AUDIENCE + "/"),
            "nonce": (None, 1, "another"),
            "sd_hash": (None, "another"),
            "iat": (None, "now", ISSUED - 400, ISSUED + 31, ISSUED + 30),
            "exp": (ISSUED - 10, ISSUED, "x"),
            "nbf": (ISSUED + 31, ISSUED + 30),
            "typ": ("JWT", "KB+JWT"),
            "key": (STRANGER,),
        }.items()
        for value in values
    ]
    certified = [
        of(**{name: value})
        for name, values in {
            "iss": (None, 1, "https://other.example"),
            "vct": (None, "another", AT_PLATFORM),
            "iat": (None, True, ISSUED + 11, ISSUED + 10),
            "exp": (None, "x", 1e300, -1, ISSUED - 10, ISSUED - 9),
            "nbf": ("x", ISSUED + 11, ISSUED + 10),
            "sector": (SECTOR, "other.example", [SECTOR]),
            "cnf": (None, {}, {"jwk": {}}, {"jwk": STRANGER.as_dict(private=True)}),
            "status": ({}, {"status_list": {}}, {"status_list": {"idx": 1.5, "uri": LIST}}, "x"),
            "_sd_alg": (None, "sha-512", 1),
            "key": (STRANGER,),
            "header": ({"typ": "JWT"}, {"kid": 1}, {"kid": None}, {"alg": "none"}, {"crit": []}),
        }.items()
        for value in values
    ]
    named = {**TOLD, "sub": "a pseudonym"}
    others = [
        whole,
        presentation("sub", certificate=issued(named, vct=AT_PLATFORM, sector=SECTOR)),
        presentation("sub", certificate=issued({**TOLD, "sub": 1})),
        issued().shown("age_over_18"),
        issued().jwt,
        "",
        "~",
        whole + "~",
        "~".join((issued().jwt, *["A"] * 101, "")),
        whole + "A" * 70_000,
        f"{issued().jwt}~{disclosure('salt', 'iss', ISSUER)}~",
        *(at(index) for index in (6, 7, 8, 9, 16_000, -1, 2**60)),
        at(7, uri="https://id.example/nowhere"),
        *(
            payload_of(payload, shown)
            for payload, shown in WRONG_DISCLOSURES.values()
            # Half a character has no octets that a holder could sign.
            if "\ud800" not in shown
        ),
    ]
    for name in ("iss", "exp", "sector", "status", "cnf"):
        hidden = disclosure("salt", name, SECTOR)
        others.append(payload_of({name: None, "_sd": [digest(hidden)]}, [hidden]))
    nested = disclosure("salt", "inner", {"_sd": [digest(disclosure("s", "14", True))], "b": [1]})
    others.append(payload_of({"_sd": [digest(nested)]}, [nested, disclosure("s", "14", True)]))
    spaced = b64url(b'["salt", "name", "\xe9\x9a\x8f\xe6\x9c\xba"]')
    twice = b64url(b'["salt","a",{"b":1,"\\u0062":2}]')
    half = b64url(b'["salt","a","\\ud800"]')
    others += [payload_of({"_sd": [digest(text)]}, [text]) for text in (spaced, twice, half)]
    now = [*others, *bound_elsewhere, *certified, *characters_changed(whole)]
    later = [NOW + timedelta(seconds=seconds) for seconds in (-31, -30, 310, 311)]
    return [(text, NOW) for text in now] + [(whole, when) for when in later]


def made_wrong(changes: Any) -> bytes:
    return status_list(**changes)


def lists() -> list[str]:
    """What may come from the address of a list."""
    wrong = [made_wrong(changes) for _, changes in WRONG_LISTS.values()]
    packed = [
        {"bits": bits, "lst": lst}
        for bits, lst in (
            (2, "eNo76fITAAPfAgc"),
            (1, "eNrbuRgAAhcBXQ"),
            (True, "eNrbuRgAAhcBXQ"),
            (2, ""),
            (2, "AAAA"),
            (2, "eNrbuRgAAhcBXQ=="),
        )
    ]
    odd = [status_list(sub="https://id.example/odd", status_list=each) for each in packed]
    good = status_list({6: 1, 8: 2, 9: 3})
    return [token.decode() for token in (*wrong, *odd, good)]


Shown = list[tuple[str, datetime]]
NOTHING_SAID: dict[str, list[str]] = {}


def said_by_us(
    shown: Shown, tokens: list[str], agreed: Mapping[str, list[str]] = NOTHING_SAID
) -> dict[str, list[Any]]:
    keys = VerificationKeys.from_issuer_metadata(METADATA, issuer=ISSUER)
    of_issuer = {name: agreed[name] for name in agreed if name == "algorithms"}
    lists = StatusListVerifier(issuer=ISSUER, keys=keys, **of_issuer)  # type: ignore[arg-type]
    statuses = KnownStatuses(lists)
    whole = verifier(sector=SECTOR, keys=keys, **agreed)
    taken: list[Any] = []
    for token in tokens:
        try:
            taken.append(statuses.add(token.encode(), now=NOW).uri)
        except TokenRefused as refusal:
            taken.append(refusal.code)
    found: list[Any] = []
    for text, now in shown:
        try:
            each = whole.verify(text, audience=AUDIENCE, nonce=NONCE, now=now, statuses=statuses)
        except TokenRefused as refusal:
            found.append(refusal.code)
            continue
        as_of = each.status_as_of
        found.append(
            {
                "issuer": each.issuer,
                "type": each.type,
                "claims": dict(each.claims),
                "subject": each.subject,
                "sector": each.sector,
                "issuedAt": each.issued_at.timestamp(),
                "expiresAt": each.expires_at.timestamp(),
                "holderKeyThumbprint": each.holder_key_thumbprint,
                "statusAsOf": None if as_of is None else as_of.timestamp(),
                "boundAt": each.bound_at.timestamp(),
            }
        )
    return {"lists": taken, "presentations": found}


def said_by_node(
    shown: Shown, tokens: list[str], agreed: Mapping[str, list[str]] = NOTHING_SAID
) -> dict[str, list[Any]]:
    if shutil.which("node") is None:
        missing("no Node: node is not on the path")
    about = {
        "issuer": ISSUER,
        "now": NOW.timestamp(),
        "metadata": METADATA,
        "lists": tokens,
        "presentations": [(text, now.timestamp()) for text, now in shown],
        "asked": {
            "types": TYPES,
            "audience": AUDIENCE,
            "nonce": NONCE,
            "sector": SECTOR,
            **{IN_JAVASCRIPT[name]: agreed[name] for name in agreed},
        },
    }
    ran = subprocess.run(
        ["node", "verifier_cases.mjs"],
        cwd=FOLDER,
        input=json.dumps(about),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, list[Any]] = json.loads(ran.stdout)
    return found


def test_both_verifiers_say_the_same_of_everything():
    shown, tokens = presentations(), lists()
    ours, theirs = said_by_us(shown, tokens), said_by_node(shown, tokens)
    assert ours["lists"] == theirs["lists"]
    differ = [
        (text, here, there)
        for (text, _), here, there in zip(
            shown, ours["presentations"], theirs["presentations"], strict=True
        )
        if here != there
    ]
    assert differ == []
    # Not because everything, or nothing, was refused.
    codes = {each for each in ours["presentations"] if isinstance(each, str)}
    assert len(codes) > 20
    assert sum(isinstance(each, dict) for each in ours["presentations"]) > 10


def of_algorithms() -> list[str]:
    """Whatever key signs by whatever algorithm, and says whatever it was, of issuer and holder."""
    keys = {"ES256": private_key("ES256"), "EdDSA": EDWARDS}
    names = (*keys, "Ed25519", "ES384", "none")
    found = []
    for holder_alg, alg in itertools.product(keys, keys):
        holder = Holder(private_key(holder_alg, "holder"))
        for says, kid in itertools.product(names, keys):
            header = {"alg": says, "kid": keys[kid].kid}
            certificate = issued(holder=holder, key=keys[alg], alg=alg, header=header)
            found.append(holder.bound(certificate.shown("age_over_18"), alg=holder_alg))
        certificate = issued(holder=holder, key=keys[alg], alg=alg)
        shown = certificate.shown("age_over_18")
        strangers = {name: private_key(name, "stranger") for name in keys}
        found += [holder.bound(shown, key=key, alg=name) for name, key in strangers.items()]
    holder = Holder(private_key("EdDSA", "holder"))
    whole = holder.bound(issued(holder=holder, key=EDWARDS, alg="EdDSA").shown(), alg="EdDSA")
    return [*found, *characters_changed(whole)]


@pytest.mark.parametrize("holders", [["ES256"], ["EdDSA", "ES256"]], ids=" ".join)
@pytest.mark.parametrize("issuers", [["ES256"], ["EdDSA"], ["Ed25519", "ES256"]], ids=" ".join)
def test_both_say_the_same_of_every_algorithm(issuers, holders):
    agreed = {"algorithms": issuers, "holder_algorithms": holders}
    shown = [(text, NOW) for text in of_algorithms()]
    tokens = [
        status_list(key=key, alg=alg, header={"alg": says}).decode()
        for key, alg in ((private_key("ES256"), "ES256"), (EDWARDS, "EdDSA"))
        for says in ("ES256", "EdDSA", "Ed25519")
    ]
    ours, theirs = said_by_us(shown, tokens, agreed), said_by_node(shown, tokens, agreed)
    assert ours == theirs
    taken = [each for each in ours["presentations"] if isinstance(each, dict)]
    assert 0 < len(taken) < len(shown) / 4
    assert {*ours["lists"]} == {LIST, "verify.algorithm_refused"}
