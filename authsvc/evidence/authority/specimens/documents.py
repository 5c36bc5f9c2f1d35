"""A whole artificial travel document: the files of its chip."""

from collections.abc import Mapping

from authsvc.evidence.authority.specimens.certificates import Certified
from authsvc.evidence.authority.specimens.signed_data import Manner, security_object
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.emrtd.data_groups import (
    PORTRAIT_GROUP,
    ZONE_GROUP,
    write_portrait,
    write_zone,
)


def travel_chip(
    zone: str,
    portrait: bytes,
    signer: Certified,
    manner: Manner,
    *,
    more: Mapping[int, bytes] | None = None,
) -> ChipReading:
    """What a reader gathers from the chip of a document with this zone and portrait."""
    groups = {
        ZONE_GROUP: write_zone(zone),
        PORTRAIT_GROUP: write_portrait(portrait),
        **(more or {}),
    }
    return ChipReading(groups, security_object(groups, signer, manner))
