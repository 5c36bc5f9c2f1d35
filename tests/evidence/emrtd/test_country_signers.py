"""Who may sign: rollover, link certificates, expiry, revocation, names, extensions, master lists.

Each is accepted or refused as Doc 9303 part 12 says; one function each.
"""

from datetime import UTC, datetime, timedelta

import pytest

from authsvc.evidence.authority.specimens import certificates as made
from authsvc.evidence.authority.specimens import der
from authsvc.evidence.authority.specimens.certificates import Period
from authsvc.evidence.authority.specimens.keys import Algorithm, SpecimenKey
from authsvc.evidence.authority.specimens.states import SpecimenState
from authsvc.evidence.emrtd.country_signers import CountrySigners
from authsvc.evidence.emrtd.master_lists import read_master_list
from authsvc.evidence.emrtd.revocation_lists import RevocationList
from authsvc.evidence.emrtd.travel_documents import TravelDocuments
from authsvc.evidence.errors import (
    MasterListRefused,
    RevocationListStale,
    SignerNotTrusted,
    SignerNotValidThen,
    SignerRevoked,
)
from tests.evidence.emrtd.makers import (
    P256,
    certificate,
    passport,
    signer,
    state,
    trusting,
    verified,
    zone,
)
from tests.makers import NOW

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
BEGAN = NOW - 4 * YEAR


def old_state() -> SpecimenState:
    return state(P256, since=BEGAN)


# Whose signer.


def test_without_states_nothing_is_trusted() -> None:
    with pytest.raises(SignerNotTrusted):
        verified(TravelDocuments(CountrySigners([])), passport())


def test_a_signer_of_another_authority_of_the_same_name_is_refused() -> None:
    namesake = SpecimenState.found("UT", now=NOW, algorithm=P256)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(namesake), passport())


def test_an_authority_among_namesakes_is_found() -> None:
    namesake = SpecimenState.found("UT", now=NOW, algorithm=P256)
    assert verified(trusting(namesake, state()), passport())


def test_a_state_signs_for_itself_only() -> None:
    """Else every state could make documents of every other."""
    other = state(P256, "FR")
    foreign = other.document_signer(now=NOW)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(state(), other), passport(foreign))
    french = zone(issuer="FRA", nationality="FRA")
    assert verified(trusting(state(), other), passport(foreign, french))


def test_an_authority_does_not_sign_documents_itself() -> None:
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), passport(state().authority))


def test_a_signer_below_a_signer_is_refused() -> None:
    below = SpecimenState("UT", signer()).document_signer(now=NOW)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), passport(below))


# Names and extensions.


def test_names_may_be_encoded_differently() -> None:
    """The authority in PrintableString, its signers name it in UTF8String, in other case."""
    authority = SpecimenState.found(
        "UT", now=NOW, algorithm=P256, title="Specimen Authority", in_utf8=False
    )
    issuer = made.name("UT", "specimen  AUTHORITY")
    named = authority.document_signer(now=NOW, issuer=issuer)
    assert issuer != authority.authority.name
    assert verified(trusting(authority), passport(named))


def test_another_name_of_the_issuer_is_refused() -> None:
    named = state().document_signer(now=NOW, issuer=made.name("UT", "somebody else"))
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), passport(named))


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param((), id="no key usage"),
        pytest.param(made.signs_certificates(), id="an authority's"),
        pytest.param(
            (made.signs_documents(), made.extension("1.2.3.4", der.NULL, critical=True)),
            id="an unknown critical extension",
        ),
        pytest.param(
            (made.signs_documents(), made.for_master_lists()), id="a signer of master lists"
        ),
        pytest.param((made.signs_documents(), made.document_types("ID", "AC")), id="not passports"),
    ],
)
def test_a_signer_is_refused_that_has(extensions: tuple[bytes, ...]) -> None:
    unfit = state().document_signer(now=NOW, extensions=extensions)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), passport(unfit))


@pytest.mark.parametrize(
    "extensions",
    [
        pytest.param((made.signs_documents(),), id="key usage alone"),
        pytest.param(
            (made.signs_documents(), made.extension("1.2.3.4", der.NULL)),
            id="an unknown extension that is not critical",
        ),
        pytest.param((made.signs_documents(), made.document_types("ID", "P")), id="passports"),
    ],
)
def test_a_signer_is_trusted_that_has(extensions: tuple[bytes, ...]) -> None:
    fit = state().document_signer(now=NOW, extensions=extensions)
    assert verified(trusting(), passport(fit))


# When.


def test_an_expired_signer_of_a_document_that_was_signed_in_time_is_accepted() -> None:
    period = Period(BEGAN, BEGAN + 90 * DAY)
    expired = old_state().document_signer(now=BEGAN, valid=period, use=period)
    assert verified(trusting(old_state()), passport(expired, signing_time=BEGAN + DAY))


def test_an_expired_signer_of_a_document_that_does_not_say_when_is_refused() -> None:
    period = Period(BEGAN, BEGAN + 90 * DAY)
    expired = old_state().document_signer(now=BEGAN, valid=period, use=period)
    with pytest.raises(SignerNotValidThen):
        verified(trusting(old_state()), passport(expired, signing_time=None))


def test_a_document_signed_after_its_signer_expired_is_refused() -> None:
    period = Period(BEGAN, BEGAN + 90 * DAY)
    expired = old_state().document_signer(now=BEGAN, valid=period, use=period)
    with pytest.raises(SignerNotValidThen):
        verified(trusting(old_state()), passport(expired, signing_time=BEGAN + 91 * DAY))


def test_a_document_signed_after_the_private_key_usage_period_is_refused() -> None:
    """The certificate goes on for ten years, the key for three months."""
    use = Period(BEGAN, BEGAN + 90 * DAY)
    retired = old_state().document_signer(now=BEGAN, use=use)
    assert verified(trusting(old_state()), passport(retired, signing_time=BEGAN + 89 * DAY))
    with pytest.raises(SignerNotValidThen):
        verified(trusting(old_state()), passport(retired, signing_time=BEGAN + 91 * DAY))


def test_a_document_signed_before_its_signer_was_certified_is_refused() -> None:
    with pytest.raises(SignerNotValidThen):
        verified(trusting(), passport(signing_time=NOW - 30 * DAY))


def test_a_document_of_the_future_is_refused() -> None:
    with pytest.raises(SignerNotValidThen):
        verified(trusting(), passport(signing_time=NOW + DAY))


def test_an_expired_authority_whose_signer_was_certified_in_time_is_trusted() -> None:
    assert verified(
        trusting(old_state()),
        passport(old_state().document_signer(now=BEGAN), signing_time=BEGAN),
        now=datetime(2032, 1, 1, tzinfo=UTC),
    )


def test_a_signer_certified_after_its_authority_had_expired_is_refused() -> None:
    ended = state(P256, since=datetime(2000, 1, 1, tzinfo=UTC))
    late = ended.document_signer(now=NOW)
    with pytest.raises(SignerNotValidThen):
        verified(trusting(ended), passport(late))


# Rollover.


def test_after_a_rollover_the_link_certificate_leads_from_the_old_key_to_the_new_one() -> None:
    successor, link = old_state().succeeded(now=NOW)
    renewed = passport(successor.document_signer(now=NOW))
    with pytest.raises(SignerNotTrusted):
        verified(trusting(old_state()), renewed)
    assert verified(trusting(old_state(), offered=[link]), renewed)
    # Documents under the old key stay good.
    before = passport(old_state().document_signer(now=BEGAN), signing_time=BEGAN)
    assert verified(trusting(old_state(), offered=[link]), before)


def test_links_are_followed_along_their_chain_in_any_order() -> None:
    second, first_link = old_state().succeeded(now=NOW - YEAR)
    third, second_link = second.succeeded(now=NOW)
    chip = passport(third.document_signer(now=NOW))
    for offered in ([first_link, second_link], [second_link, first_link]):
        assert verified(trusting(old_state(), offered=offered), chip)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(old_state(), offered=[second_link]), chip)


def test_a_link_may_change_the_name() -> None:
    successor, link = old_state().succeeded(now=NOW, title="specimen authority under a new name")
    chip = passport(successor.document_signer(now=NOW))
    assert verified(trusting(old_state(), offered=[link]), chip)


def test_a_new_authority_without_a_link_is_not_trusted_because_it_was_offered() -> None:
    stranger = SpecimenState.found("UT", now=NOW, algorithm=P256)
    chip = passport(stranger.document_signer(now=NOW))
    with pytest.raises(SignerNotTrusted):
        verified(trusting(offered=[stranger.authority.encoded]), chip)


def test_a_link_made_after_the_old_authority_had_expired_leads_nowhere() -> None:
    ended = state(P256, since=datetime(2000, 1, 1, tzinfo=UTC))
    successor, link = ended.succeeded(now=NOW)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(ended, offered=[link]), passport(successor.document_signer(now=NOW)))


def test_a_link_to_another_country_leads_nowhere() -> None:
    """A state vouches for itself: no key of it becomes another state's."""
    abroad = SpecimenState("FR", old_state().authority)
    successor, link = abroad.succeeded(now=NOW, title="specimen")
    french = zone(issuer="FRA", nationality="FRA")
    chip = passport(successor.document_signer(now=NOW), french)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(old_state(), offered=[link]), chip)


def test_a_document_signer_does_not_become_an_authority_by_a_link() -> None:
    successor, link = SpecimenState("UT", signer()).succeeded(now=NOW)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(offered=[link]), passport(successor.document_signer(now=NOW)))


# Revocation.


def test_a_revoked_signer_is_refused_whenever_it_signed() -> None:
    """Whoever has a stolen key can date a document back."""
    listed = state().revocation_list([signer()], now=NOW)
    with pytest.raises(SignerRevoked):
        verified(trusting(revocation_lists=[listed]), passport())


def test_a_signer_that_is_not_on_the_list_is_accepted() -> None:
    other = state().document_signer(now=NOW)
    listed = state().revocation_list([other], now=NOW)
    assert verified(trusting(revocation_lists=[listed]), passport())
    empty = state().revocation_list(now=NOW)
    assert verified(trusting(revocation_lists=[empty]), passport())


def test_the_new_key_revokes_what_the_old_one_certified() -> None:
    successor, link = old_state().succeeded(now=NOW)
    stolen = old_state().document_signer(now=BEGAN)
    listed = successor.revocation_list([stolen], now=NOW)
    verifier = trusting(old_state(), offered=[link], revocation_lists=[listed])
    with pytest.raises(SignerRevoked):
        verified(verifier, passport(stolen, signing_time=BEGAN))


def test_the_old_key_revokes_too() -> None:
    stolen = old_state().document_signer(now=BEGAN)
    listed = old_state().revocation_list([stolen], now=NOW)
    with pytest.raises(SignerRevoked):
        verified(
            trusting(old_state(), revocation_lists=[listed]), passport(stolen, signing_time=BEGAN)
        )


def test_a_list_that_has_run_out_stops_the_documents_of_its_state() -> None:
    ended = Period(NOW - 100 * DAY, NOW - 10 * DAY)
    stale = state().revocation_list(now=NOW, updates=ended)
    with pytest.raises(RevocationListStale):
        verified(trusting(revocation_lists=[stale]), passport())
    # Another one that still runs is enough, and what the old one revoked stays revoked.
    fresh = state().revocation_list(now=NOW)
    assert verified(trusting(revocation_lists=[stale, fresh]), passport())
    revoking = state().revocation_list([signer()], now=NOW, updates=ended)
    with pytest.raises(SignerRevoked):
        verified(trusting(revocation_lists=[revoking, fresh]), passport())


def test_a_list_of_another_state_says_nothing() -> None:
    """Two states may use one serial number, and their lists run out independently."""
    other = state(P256, "FR")
    ended = Period(NOW - 100 * DAY, NOW - 10 * DAY)
    listed = other.revocation_list([signer()], now=NOW, updates=ended)
    assert verified(trusting(state(), other, revocation_lists=[listed]), passport())


def test_a_list_that_a_stranger_signed_says_nothing() -> None:
    stranger = SpecimenState.found("UT", now=NOW, algorithm=P256)
    listed = stranger.revocation_list([signer()], now=NOW)
    assert verified(trusting(revocation_lists=[listed]), passport())


def test_a_list_that_a_document_signer_signed_says_nothing() -> None:
    listed = SpecimenState("UT", signer()).revocation_list([signer()], now=NOW)
    assert verified(trusting(revocation_lists=[listed]), passport())


def test_a_list_with_a_critical_extension_that_we_do_not_know_is_refused() -> None:
    good = state().revocation_list(now=NOW)
    number = made.extension("2.5.29.20", der.integer(1))
    assert good.count(number) == 1
    # A delta list (2.5.29.27) would name only what is new; the same length, and critical.
    assert RevocationList.parse(good)
    odd = good.replace(
        number, number.replace(bytes.fromhex("0603551d14"), bytes.fromhex("0603551d1b"))
    )
    assert RevocationList.parse(odd)
    with pytest.raises(ValueError, match="ValueError"):
        RevocationList.parse(_with_critical_extension())


def _with_critical_extension() -> bytes:
    authority = state().authority
    algorithm = authority.key.algorithm.identifier
    delta = made.extension("2.5.29.27", der.integer(1), critical=True)
    body = der.sequence(
        der.integer(1),
        algorithm,
        authority.name,
        der.time(NOW),
        der.time(NOW + DAY),
        der.explicit(0, der.sequence(delta)),
    )
    return der.sequence(body, algorithm, der.bits(authority.key.sign(body)))


# Signers that are known beforehand, and how security objects name them.


def test_a_security_object_without_certificates_is_verified_with_a_known_signer() -> None:
    chip = passport(certificates=())
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), chip)
    assert verified(trusting(offered=[signer().encoded]), chip)


def test_a_security_object_may_carry_several_certificates() -> None:
    other = state().document_signer(now=NOW)
    several = (state().authority.encoded, other.encoded, signer().encoded)
    assert verified(trusting(), passport(certificates=several))


def test_an_authority_that_a_chip_brings_along_is_not_trusted_for_it() -> None:
    stranger = SpecimenState.found("UT", now=NOW, algorithm=P256)
    forged = stranger.document_signer(now=NOW)
    both = (stranger.authority.encoded, forged.encoded)
    with pytest.raises(SignerNotTrusted):
        verified(trusting(), passport(forged, certificates=both))


# Master lists.


def test_a_master_list_by_a_trusted_state_brings_the_authorities_of_others() -> None:
    publisher, other = state(), state(P256, "FR")
    listed = publisher.master_list([other.authority.encoded], now=NOW)
    anchors = [certificate(publisher.authority.encoded)]
    authorities = read_master_list(listed, anchors, now=NOW)
    assert [each.country for each in authorities] == ["FR"]
    french = passport(other.document_signer(now=NOW), zone(issuer="FRA", nationality="FRA"))
    verifier = TravelDocuments(CountrySigners([*anchors, *authorities]))
    assert verified(verifier, french)


def test_a_master_list_by_a_stranger_is_refused() -> None:
    stranger = SpecimenState.found("UT", now=NOW, algorithm=P256)
    listed = stranger.master_list([stranger.authority.encoded], now=NOW)
    with pytest.raises(MasterListRefused):
        read_master_list(listed, [certificate(state().authority.encoded)], now=NOW)


def test_a_master_list_by_a_document_signer_is_refused() -> None:
    """A signer of documents has no say in who else may sign."""
    listed = state().master_list([], now=NOW, extensions=(made.signs_documents(),))
    with pytest.raises(MasterListRefused):
        read_master_list(listed, [certificate(state().authority.encoded)], now=NOW)


def test_a_master_list_that_was_altered_is_refused() -> None:
    other = state(P256, "FR").authority.encoded
    listed = state().master_list([other], now=NOW)
    altered = listed.replace(b"\x13\x02FR", b"\x13\x02DE")
    assert altered != listed
    anchors = [certificate(state().authority.encoded)]
    with pytest.raises(MasterListRefused):
        read_master_list(altered, anchors, now=NOW)


def test_an_odd_certificate_in_a_master_list_does_not_take_the_others_away() -> None:
    weak = SpecimenState.found("DE", now=NOW, algorithm=Algorithm("pkcs1", bits=1024))
    no_authority = state().document_signer(now=NOW)
    good = state(P256, "FR").authority
    listed = state().master_list(
        [weak.authority.encoded, no_authority.encoded, der.sequence(), good.encoded], now=NOW
    )
    anchors = [certificate(state().authority.encoded)]
    assert [each.country for each in read_master_list(listed, anchors, now=NOW)] == ["FR"]


def test_every_truncation_of_a_master_list_is_refused() -> None:
    listed = state().master_list([state().authority.encoded], now=NOW)
    anchors = [certificate(state().authority.encoded)]
    for length in range(0, len(listed), 7):
        with pytest.raises(MasterListRefused):
            read_master_list(listed[:length], anchors, now=NOW)


def test_a_key_makes_no_certificate_twice() -> None:
    """The makers here are honest: serial numbers differ, else revocation would mean nothing."""
    serials = {state().document_signer(now=NOW).serial for _ in range(20)}
    assert len(serials) == 20
    assert SpecimenKey.make(P256) != SpecimenKey.make(P256)
