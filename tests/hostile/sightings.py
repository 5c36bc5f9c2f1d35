"""What an attacker writes down of a presentation, of a sign-in, or of rows in a stolen dump.

Everything: each number by its place, each value as it is, the two ends of whatever is binary (part
of it may be another's) and its SHA-256, by which an unkeyed digest would be found.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import cbor2

from authsvc.identifiers import b64url, from_b64url
from tests.hostile.linking import Seen

# SubjectPublicKeyInfo of a point on P-256 (RFC 5480), up to its coordinates.
_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
_END = 8
# Shorter text is a word, and not something that was drawn.
_DRAWN = 12
# Smaller numbers are counts and flags; these are times and places, wherever they stand.
_TELLING = 1000
# Of as many rows of one table the numbers are compared; of all of them the values are.
_ROWS = 2


class _Notes:
    def __init__(self) -> None:
        self._numbers: dict[str, float] = {}
        self._values: set[str] = set()

    def seen(self) -> Seen:
        return Seen(self._numbers, frozenset(self._values))

    def anything(self, place: str, value: object) -> None:
        if isinstance(value, dict | list):
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            for name, inner in parts:
                self.anything(f"{place}.{name}", inner)
        elif isinstance(value, datetime):
            self.number(place, value.timestamp())
        elif isinstance(value, bool | int | float):
            self.number(place, value)
        elif isinstance(value, UUID):
            self.octets(place, value.bytes)
        elif isinstance(value, bytes):
            self.octets(place, value)
        elif value is not None:
            self.text(place, str(value))

    def number(self, place: str, value: float) -> None:
        self._numbers[place] = value
        self._values.add(str(int(value)) if value >= _TELLING else f"{place} {value}")

    def text(self, place: str, value: str) -> None:
        self._values.add(value)
        try:
            raw = from_b64url(value)
        except ValueError:
            return
        if len(raw) >= _DRAWN:
            self.octets(place, raw)

    def octets(self, place: str, value: bytes) -> None:
        # Of what is binary a number is compared with its like alone (`linking`).
        self._numbers[f"{place}:"] = int.from_bytes(value[:6], "big")
        ends = (value, value[:_END], value[-_END:])
        self._values |= {each.hex() for each in ends}
        self._values.add(sha256(value).hexdigest())
        self._values.add(b64url(value))

    def token(self, place: str, token: str) -> dict[str, Any]:
        """All of a JWS, and its payload."""
        header, body, signature = token.split(".")
        payload: dict[str, Any] = json.loads(from_b64url(body))
        self.anything(f"{place} header", json.loads(from_b64url(header)))
        self.anything(place, payload)
        raw = from_b64url(signature)
        self.octets(f"{place} signature r", raw[:32])
        self.octets(f"{place} signature s", raw[32:])
        return payload

    def values_of(self, place: str, value: object) -> None:
        aside = _Notes()
        aside.anything(place, value)
        self._values |= aside._values


def of_presentation(text: str, *, arrived: datetime) -> tuple[Seen, dict[str, Any]]:
    """All that a platform received, and the payload of the certificate."""
    notes = _Notes()
    jwt, *disclosures, binding = text.split("~")
    payload: dict[str, Any] = {}
    for name, token in (("binding", binding), ("certificate", jwt)):
        payload = notes.token(name, token)
    for each in disclosures:
        salt, name, value = json.loads(from_b64url(each))
        notes.anything(f"salt of {name}", salt)
        if name == "receipt":
            notes.token("counterfoil", value)
        else:
            notes.anything(name, value)
        notes.octets(f"digest of {name}", sha256(each.encode()).digest())
    jwk = payload["cnf"]["jwk"]
    notes.octets("holder key", _P256 + from_b64url(jwk["x"]) + from_b64url(jwk["y"]))
    notes.number("length", len(jwt))
    notes.number("arrival", arrived.timestamp())
    return notes.seen(), payload


def of_mdoc(response: bytes, *, arrived: datetime) -> tuple[Seen, dict[str, Any]]:
    """The same of a DeviceResponse, and the security object: all of it, however deep encoded."""
    notes = _Notes()
    [document] = cbor2.loads(response)["documents"]
    protected, unprotected, payload, signature = document["issuerSigned"].pop("issuerAuth")
    security_object: dict[str, Any] = cbor2.loads(cbor2.loads(payload).value)
    notes.anything("certificate header", [cbor2.loads(protected), unprotected])
    notes.anything("certificate", security_object)
    notes.octets("certificate signature r", signature[:32])
    notes.octets("certificate signature s", signature[32:])
    for items in document["issuerSigned"].pop("nameSpaces").values():
        for item in items:
            element = cbor2.loads(item.value)
            name = element["elementIdentifier"]
            notes.anything(f"salt of {name}", element["random"])
            notes.anything(name, element["elementValue"])
            notes.anything(f"number of {name}", element["digestID"])
            notes.octets(f"digest of {name}", sha256(cbor2.dumps(item)).digest())
    proof = document["deviceSigned"].pop("deviceAuth")["deviceSignature"][3]
    notes.octets("binding signature r", proof[:32])
    notes.octets("binding signature s", proof[32:])
    notes.octets("names of the device", document["deviceSigned"].pop("nameSpaces").value)
    notes.anything("document", document)
    key = security_object["deviceKeyInfo"]["deviceKey"]
    notes.octets("holder key", _P256 + key[-2] + key[-3])
    notes.number("length", len(payload))
    notes.number("arrival", arrived.timestamp())
    return notes.seen(), security_object


def of_subject(subject: str, *, receipt: str, arrived: datetime) -> Seen:
    """What a platform knows of somebody who signed in by OpenID Connect, and keeps a receipt of."""
    notes = _Notes()
    notes.token("receipt", receipt)
    notes.number("length", len(receipt))
    notes.text("sub", subject)
    notes.number("arrival", arrived.timestamp())
    return notes.seen()


def of_proof(root: bytes, *, index: int, size: int, path: Sequence[bytes]) -> Seen:
    """What a platform would see of a credential that is sealed by a tree."""
    notes = _Notes()
    notes.octets("root", root)
    notes.number("size of the tree", size)
    notes.number("leaf", index)
    for height, beside in enumerate(path):
        notes.octets(f"path {height}", beside)
    return notes.seen()


def of_rows(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Seen:
    """Rows by the name of their table, in the order in which they were written."""
    notes, count = _Notes(), Counter[str]()
    for table, row in rows:
        count[table] += 1
        for column, value in row.items():
            place = f"{table} {count[table]} {column}"
            if count[table] <= _ROWS:
                notes.anything(place, value)
            else:
                notes.values_of(place, value)
    return notes.seen()
