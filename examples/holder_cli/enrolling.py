"""The steps of an enrollment. The service says which comes next, so it can be left and resumed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.holder_cli.device import Device
from examples.holder_cli.service import Refused, Service, encode

# Answers after which an enrollment that was left is over, or gone.
OVER = range(400, 429)
LAST = "certificate-request"
# What stands on a document without a chip, beside number and name.
_PRINTED = {
    "temporary_identity_card": ("valid_until",),
    "household_register_page": ("document_number",),
}


@dataclass(frozen=True)
class Applicant:
    """Where the answers to the steps come from; the last three are asked for only if needed."""

    chip: Path
    holder: Path
    phone: Callable[[], str]
    code: Callable[[str], str]
    credentials: Callable[[], tuple[str, str]]


def enroll(
    service: Service, device: Device, applicant: Applicant, *, say: Callable[[str], None]
) -> str:
    """Takes every step that is left; the masked online number. Refused ends it, for now."""
    enrollment = _resume(service, device) or service.begin_enrollment()
    device.write("enrollment", enrollment)
    step = enrollment["next_step"]
    # "completed" means that the last answer was lost on its way: the same key gets it again.
    while step not in (LAST, "completed"):
        say(f"step: {step}")
        step = _take(service, enrollment, step, applicant)["next_step"]
    say(f"step: {LAST}")
    request = device.new_certificate_request()
    result = service.take_step(enrollment, LAST, certificate_request=request)
    masked: str = result["masked"]
    device.certify(result["certificate"], service=service.url, masked=masked)
    return masked


def _resume(service: Service, device: Device) -> dict[str, Any] | None:
    """The enrollment that was left unfinished, if the service still has it."""
    kept = device.read("enrollment")
    if kept is None:
        return None
    try:
        return {**kept, **service.enrollment(kept)}
    except Refused as refusal:
        if refusal.status not in OVER:
            raise
        device.forget("enrollment")
        return None


def _take(
    service: Service, enrollment: dict[str, Any], step: str, applicant: Applicant
) -> dict[str, Any]:
    holder = json.loads(applicant.holder.read_text("utf-8"))
    match step:
        case "document":
            return service.take_step(enrollment, step, **_shown(applicant.chip, holder))
        case "holder-check":
            return service.take_step(enrollment, step, capture=holder["face"])
        case "phone":
            return service.take_step(enrollment, step, phone=applicant.phone())
        case "phone-confirmation":
            return service.take_step(enrollment, step, code=applicant.code(applicant.phone()))
        case "credentials":
            name, password = applicant.credentials()
            return service.take_step(enrollment, step, sign_in_name=name, password=password)
        case _:
            raise Refused(f"This app does not know the step {step}: update it")


def _shown(chip: Path, holder: dict[str, Any]) -> dict[str, Any]:
    """The document: its chip, or what is printed on one without a chip (its file is empty)."""
    read, kind = chip.read_bytes(), holder["kind"]
    if read:
        return {"kind": kind, "chip": encode(read)}
    asked = ("number", "name", *_PRINTED.get(kind, ()))
    return {"kind": kind, "printed": {each: holder[each] for each in asked}}
