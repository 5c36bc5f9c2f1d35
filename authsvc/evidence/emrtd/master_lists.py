"""CSCA master lists (Doc 9303 part 12 section 8.2): authorities of many states, signed by one.

    ContentInfo { SignedData {
      encapContentInfo { 2.23.136.1.1.2, CscaMasterList { version, SET OF Certificate }}
      certificates { the master list signer, its authority }}}

The signer is certified by an authority that we trust already (in a folder of ours), for signing
master lists and nothing else. Its authority's own certificate in the list gains nothing by that.
"""

from collections.abc import Sequence
from datetime import datetime

from asn1crypto import core
from cryptography.exceptions import InvalidSignature

from authsvc.errors import AuthsvcError
from authsvc.evidence.emrtd.certificates import UNREADABLE, Certificate, parse_or_none
from authsvc.evidence.emrtd.country_signers import is_authority
from authsvc.evidence.emrtd.signed_data import SignedData
from authsvc.evidence.errors import AlgorithmNotAllowed, MasterListRefused

MASTER_LIST = "2.23.136.1.1.2"
MASTER_LIST_SIGNER = "2.23.136.1.1.3"

# ICAO's own list has some 500 certificates and is about 800 kB.
MAX_MASTER_LIST = 8 * 1024 * 1024


def read_master_list(
    encoded: bytes, anchors: Sequence[Certificate], *, now: datetime
) -> Sequence[Certificate]:
    """The authorities in a master list that is signed on behalf of an anchor; MasterListRefused.

    Certificates that we cannot read, or that are no authorities, are left out: one odd certificate
    does not take all states away.
    """
    if len(encoded) > MAX_MASTER_LIST:
        raise MasterListRefused(log="size")
    try:
        signed_data = SignedData.parse(encoded, content_type=MASTER_LIST)
        signer = _signer(signed_data, anchors, now=now)
        signed_data.verify(signer)
        read = [parse_or_none(each) for each in _certificates(signed_data.content)]
    except AuthsvcError as error:
        raise MasterListRefused(log=error.log or error.code) from None
    except UNREADABLE as error:
        raise MasterListRefused(log=type(error).__name__) from None
    return tuple(each for each in read if each is not None and is_authority(each))


def _signer(
    signed_data: SignedData, anchors: Sequence[Certificate], *, now: datetime
) -> Certificate:
    named = [each for each in signed_data.certificates if signed_data.names(each)]
    if len(named) != 1:
        raise MasterListRefused(log="no signer")
    signer = named[0]
    if signer.is_authority or MASTER_LIST_SIGNER not in signer.extended_usage:
        raise MasterListRefused(log="not certified for master lists")
    if not any(_issued(signer, each) for each in anchors if is_authority(each)):
        raise MasterListRefused(log="no anchor")
    if not signer.holds_at(signed_data.signing_time or now) or signer.unknown_critical:
        raise MasterListRefused(log="validity of the signer")
    return signer


def _issued(signer: Certificate, anchor: Certificate) -> bool:
    try:
        signer.verify_issued_by(anchor)
    except (InvalidSignature, AlgorithmNotAllowed):
        return False
    return anchor.holds_at(signer.not_before)


def _certificates(content: bytes) -> Sequence[bytes]:
    outer = core.Sequence.load(content, strict=True)
    if len(outer) != 2 or outer[0].native != 0:
        raise ValueError("version of the master list")
    listed = core.SetOf.load(outer[1].dump(), spec=core.Sequence, strict=True)
    return [each.dump() for each in listed]
