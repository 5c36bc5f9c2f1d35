"""Who has certified the issuer, as a verifier asks (OpenID4VP 1.0 section 6.1.1)."""

import pytest
from cryptography import x509

from authsvc.identifiers import b64url
from authsvc.verify.presentation import Query
from authsvc.verify.presentation.errors import QueryRefused
from tests.makers import NOW
from tests.presentation.test_refusals import refused_for_good
from tests.presentation.wallet import Wallet, answer_form
from tests.verify.credential_makers import Authority, public_key, signer_extensions, x5c

REFUSED = "verify.authority_refused"


@pytest.fixture
def authority():
    return Authority()


def key_id(authority):
    """What an `aki` names: the key identifier of the authority."""
    found = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return b64url(found.value.digest)


def certified(issuer, authority):
    """A wallet whose certificate brings its signer's, which this authority has issued."""
    extensions = signer_extensions(url=issuer.url)
    signer = authority.certify(public_key(issuer.key), *extensions)
    return Wallet.of(issuer, now=NOW, header={"x5c": x5c(signer)["x5c"]})


def query(door, *values, kind="aki"):
    asked = door.query("age_over_18")
    trusted = [{"type": kind, "values": [*values]}]
    asked["credentials"][0]["trusted_authorities"] = trusted
    return asked


async def test_a_certificate_under_an_authority_that_was_named_is_taken(door, issuer, authority):
    asked = query(door, key_id(Authority()), key_id(authority))
    order = await door.orders(query=asked)
    request = await door.opens(order["link"])
    assert request.parameters["dcql_query"] == asked
    shown = certified(issuer, authority).present(request, "age_over_18", now=NOW)
    answer = await door.answers(request, answer_form(request, {"person": [shown]}))
    assert answer.status_code == 200, answer.text


async def test_one_under_another_is_refused_whatever_its_wallet_took_it_for(door, issuer):
    order = await door.orders(query=query(door, key_id(Authority())))
    await refused_for_good(door, certified(issuer, Authority()), asked=order, code=REFUSED)


async def test_one_that_brings_no_chain_is_refused(door, wallet, authority):
    order = await door.orders(query=query(door, key_id(authority)))
    await refused_for_good(door, wallet, asked=order, code=REFUSED)


@pytest.mark.parametrize("chain", [[], ["AAAA"], "x", [1], ["x"] * 3], ids=str)
async def test_one_whose_chain_is_none_is_refused(door, issuer, authority, chain):
    order = await door.orders(query=query(door, key_id(authority)))
    odd = Wallet.of(issuer, now=NOW, header={"x5c": chain})
    await refused_for_good(door, odd, asked=order, code="verify.signer_refused")


def test_what_an_answer_could_not_be_held_to_is_not_asked_for(door):
    """Trusted lists and federations: nobody here follows them, so nobody promises to."""
    for kind in ("etsi_tl", "openid_federation", "unheard-of"):
        with pytest.raises(QueryRefused):
            Query.read(query(door, "https://lists.example", kind=kind))
    for wrong in ("", "not base64url", "x" * 87):
        with pytest.raises(QueryRefused):
            Query.read(query(door, wrong))
    with pytest.raises(QueryRefused):
        Query.read(query(door))
