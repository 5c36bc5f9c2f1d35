"""Public keys as certificates and data groups hold them (RFC 5280 section 4.1.2.7).

RSA, under either of its names, and elliptic curves, by name or with all their parameters.
"""

from dataclasses import dataclass, field
from typing import Any

from asn1crypto import core, keys
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.evidence.emrtd.curves import BY_OID, CURVES, Curve
from authsvc.evidence.errors import AlgorithmNotAllowed

# Doc 9303 part 12 section 4.1.6.1: 2048 bits at least for document signers, more for authorities.
LEAST_RSA_BITS = 2048
# Nobody has more, and a huge modulus costs whoever verifies.
MOST_RSA_BITS = 8192

_RSA, _PSS, _EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1"


@dataclass(frozen=True)
class RsaKey:
    """Modulus and exponent; `only_pss` if the key was certified for RSASSA-PSS alone."""

    numbers: rsa.RSAPublicNumbers = field(repr=False)
    only_pss: bool = False

    @property
    def library_key(self) -> rsa.RSAPublicKey:
        """The key in cryptography's words."""
        return self.numbers.public_key()


@dataclass(frozen=True)
class CurveKey:
    """A point of a known curve."""

    curve: Curve
    point: tuple[int, int] = field(repr=False)

    @property
    def library_key(self) -> ec.EllipticCurvePublicKey:
        """The key in cryptography's words; ValueError for a curve that it lacks."""
        if self.curve.library is None:
            raise ValueError("curve")
        return ec.EllipticCurvePublicNumbers(*self.point, self.curve.library).public_key()


PublicKey = RsaKey | CurveKey


def read_public_key(info: bytes, *, least_rsa_bits: int = LEAST_RSA_BITS) -> PublicKey:
    """The key in a SubjectPublicKeyInfo. AlgorithmNotAllowed; ValueError and the like if broken."""
    outer = core.Sequence.load(info, strict=True)
    algorithm = outer[0]
    oid = algorithm[0].dotted
    bits: bytes = core.BitString.load(outer[1].dump()).contents
    if not bits or bits[0] != 0:
        raise ValueError("unused bits")
    if oid in (_RSA, _PSS):
        return _rsa(bits[1:], only_pss=oid == _PSS, least_bits=least_rsa_bits)
    if oid == _EC:
        curve = _curve(keys.ECDomainParameters.load(algorithm[1].dump(), strict=True))
        return CurveKey(curve, curve.point(bits[1:]))
    raise AlgorithmNotAllowed(log="key")


def _rsa(octets: bytes, *, only_pss: bool, least_bits: int) -> RsaKey:
    key = keys.RSAPublicKey.load(octets, strict=True)
    numbers = rsa.RSAPublicNumbers(key["public_exponent"].native, key["modulus"].native)
    if not least_bits <= numbers.n.bit_length() <= MOST_RSA_BITS:
        raise AlgorithmNotAllowed(log="length of an RSA key")
    # ROCA and its like are found elsewhere; an exponent of 1 signs everything.
    if numbers.e < 3 or numbers.e % 2 == 0 or numbers.n % 2 == 0:
        raise AlgorithmNotAllowed(log="RSA exponent")
    return RsaKey(numbers, only_pss)


def _curve(parameters: Any) -> Curve:
    if parameters.name == "named":
        curve = BY_OID.get(parameters.chosen.dotted)
        if curve is None:
            raise AlgorithmNotAllowed(log="curve")
        return curve
    if parameters.name != "specified":
        raise AlgorithmNotAllowed(log="curve by agreement")
    described = parameters.chosen
    for curve in CURVES:
        if _describes(described, curve):
            return curve
    raise AlgorithmNotAllowed(log="curve by parameters")


def _describes(described: Any, curve: Curve) -> bool:
    """Whether all parameters are the curve's. The generator may be compressed."""
    field_id = described["field_id"]
    if field_id["field_type"].native != "prime_field":
        return False
    base: bytes = described["base"].native
    x, y = curve.gx.to_bytes(curve.size), curve.gy.to_bytes(curve.size)
    return (
        field_id["parameters"].native == curve.p
        and int.from_bytes(described["curve"]["a"].contents) == curve.a
        and int.from_bytes(described["curve"]["b"].contents) == curve.b
        and base in (b"\x04" + x + y, bytes((2 + curve.gy % 2,)) + x)
        and described["order"].native == curve.n
        and described["cofactor"].native in (None, 1)
    )
