"""The folders of the key directory: who is trusted, and what a broken file leads to."""

import base64
from pathlib import Path

import pytest

from authsvc.evidence.authority.keys import ORGANIZATION
from authsvc.evidence.authority.specimens.states import SpecimenState
from authsvc.evidence.emrtd.anchors import organizations, read_country_signers
from authsvc.evidence.emrtd.travel_documents import TravelDocuments
from authsvc.evidence.errors import SignerNotTrusted, SignerRevoked, TravelAnchorsBroken
from tests.evidence.emrtd.makers import P256, passport, signer, state, verified, zone
from tests.makers import NOW


def put(directory: Path, path: str, content: bytes) -> None:
    """A file in the key directory."""
    file = directory / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)


def verifier(directory: Path) -> TravelDocuments:
    return TravelDocuments(read_country_signers(directory, now=NOW))


def test_without_folders_nothing_is_trusted(tmp_path: Path) -> None:
    with pytest.raises(SignerNotTrusted):
        verified(verifier(tmp_path), passport())


def test_certificates_are_read_as_pem_and_as_der(tmp_path: Path) -> None:
    encoded = state().authority.encoded
    put(tmp_path, "travel-anchors/utopia.crt", encoded)
    assert verified(verifier(tmp_path), passport())
    lines = base64.encodebytes(encoded).decode()
    text = f"-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"
    put(tmp_path, "travel-anchors/utopia.crt", text.encode())
    assert verified(verifier(tmp_path), passport())
    assert organizations(read_country_signers(tmp_path, now=NOW)) == {ORGANIZATION}


def test_master_lists_links_signers_and_revocation_lists_are_read(tmp_path: Path) -> None:
    other = state(P256, "FR")
    put(tmp_path, "travel-anchors/utopia.crt", state().authority.encoded)
    listed = state().master_list([other.authority.encoded], now=NOW)
    put(tmp_path, "travel-anchors/world.ml", listed)
    french = zone(issuer="FRA", nationality="FRA")
    assert verified(verifier(tmp_path), passport(other.document_signer(now=NOW), french))

    successor, link = state().succeeded(now=NOW)
    renewed = passport(successor.document_signer(now=NOW))
    with pytest.raises(SignerNotTrusted):
        verified(verifier(tmp_path), renewed)
    put(tmp_path, "travel-certificates/link.crt", link)
    put(tmp_path, "travel-certificates/signer.crt", signer().encoded)
    assert verified(verifier(tmp_path), renewed)
    assert verified(verifier(tmp_path), passport(certificates=()))

    put(tmp_path, "travel-anchors/utopia.crl", state().revocation_list([signer()], now=NOW))
    with pytest.raises(SignerRevoked):
        verified(verifier(tmp_path), passport())


@pytest.mark.parametrize("name", ["one.crt", "one.ml", "one.crl"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    put(tmp_path, f"travel-anchors/{name}", content)
    with pytest.raises(TravelAnchorsBroken) as refusal:
        read_country_signers(tmp_path, now=NOW)
    assert f"travel-anchors/{name}" in refusal.value.log


def test_a_master_list_of_a_stranger_stops_the_start(tmp_path: Path) -> None:
    stranger = SpecimenState.found("UT", now=NOW, algorithm=P256)
    put(tmp_path, "travel-anchors/utopia.crt", state().authority.encoded)
    put(tmp_path, "travel-anchors/world.ml", stranger.master_list([], now=NOW))
    with pytest.raises(TravelAnchorsBroken, match="world"):
        read_country_signers(tmp_path, now=NOW)
