"""The elliptic curves of travel documents, and arithmetic for those that cryptography lacks.

Doc 9303 part 12 section 4.1.6.3: the curves of FIPS 186-4 and RFC 5639 (brainpool), 224 bits and
more. Certificates describe their curve by all its parameters, and newer ones by name. Parameters
are compared with this table, one by one, generator and order included: a curve that somebody made
up for the occasion has a private key for any public one (CVE-2020-0601).

Only what is public is computed with here, so that nothing depends on how long it takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

Point = tuple[int, int] | None


@dataclass(frozen=True)
class Curve:
    """y^2 = x^3 + ax + b over the integers modulo p; base point (gx, gy) of order n, cofactor 1.

    `library` is cryptography's curve, or None where it has none.
    """

    name: str
    oid: str
    library: ec.EllipticCurve | None
    p: int
    a: int
    b: int
    gx: int
    gy: int
    n: int

    @property
    def size(self) -> int:
        """Octets of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    def point(self, octets: bytes) -> tuple[int, int]:
        """An uncompressed point (SEC 1 section 2.3.4) of the curve; ValueError."""
        if len(octets) != 1 + 2 * self.size or octets[0] != 4:
            raise ValueError("point")
        x = int.from_bytes(octets[1 : 1 + self.size])
        y = int.from_bytes(octets[1 + self.size :])
        if not (x < self.p and y < self.p and self._holds(x, y)):
            raise ValueError("point is not on the curve")
        return x, y

    def multiply(self, factor: int, point: Point) -> Point:
        """`factor` times a point, by doubling and adding."""
        result: Point = None
        while factor:
            if factor & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            factor >>= 1
        return result

    def multiple_of_base(self, factor: int) -> tuple[int, int]:
        """`factor` times the base point; ValueError if that is no point to write down."""
        point = self.multiply(factor, (self.gx, self.gy))
        if point is None:
            raise ValueError("point at infinity")
        return point

    def add(self, one: Point, other: Point) -> Point:
        """The sum of two points; None is the neutral one."""
        if one is None or other is None:
            return one or other
        if one[0] == other[0]:
            if (one[1] + other[1]) % self.p == 0:
                return None
            slope = (3 * one[0] * one[0] + self.a) * pow(2 * one[1], -1, self.p)
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, self.p)
        x = (slope * slope - one[0] - other[0]) % self.p
        return x, (slope * (one[0] - x) - one[1]) % self.p

    def verifies(self, key: tuple[int, int], digest: bytes, r: int, s: int) -> bool:
        """Whether (r, s) is an ECDSA signature over a digest (SEC 1 section 4.1.4)."""
        if not (0 < r < self.n and 0 < s < self.n):
            return False
        excess = max(0, 8 * len(digest) - self.n.bit_length())
        value = int.from_bytes(digest) >> excess
        inverse = pow(s, -1, self.n)
        found = self.add(
            self.multiply(value * inverse % self.n, (self.gx, self.gy)),
            self.multiply(r * inverse % self.n, key),
        )
        return found is not None and found[0] % self.n == r

    def _holds(self, x: int, y: int) -> bool:
        return (y * y - x * x * x - self.a * x - self.b) % self.p == 0


def _curve(name: str, oid: str, library: ec.EllipticCurve | None, words: Sequence[str]) -> Curve:
    return Curve(name, oid, library, *(int(word, 16) for word in words))


CURVES: Sequence[Curve] = (
    _curve(
        "P-224",
        "1.3.132.0.33",
        ec.SECP224R1(),
        (
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000000000000000000000001",
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFE",
            "B4050A850C04B3ABF54132565044B0B7D7BFD8BA270B39432355FFB4",
            "B70E0CBD6BB4BF7F321390B94A03C1D356C21122343280D6115C1D21",
            "BD376388B5F723FB4C22DFE6CD4375A05A07476444D5819985007E34",
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D",
        ),
    ),
    _curve(
        "P-256",
        "1.2.840.10045.3.1.7",
        ec.SECP256R1(),
        (
            "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
            "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC",
            "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
            "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296",
            "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5",
            "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        ),
    ),
    _curve(
        "P-384",
        "1.3.132.0.34",
        ec.SECP384R1(),
        (
            (
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF00000000"
                "00000000FFFFFFFF"
            ),
            (
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF00000000"
                "00000000FFFFFFFC"
            ),
            (
                "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D"
                "2A85C8EDD3EC2AEF"
            ),
            (
                "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C"
                "3A545E3872760AB7"
            ),
            (
                "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D"
                "7A431D7C90EA0E5F"
            ),
            (
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77A"
                "ECEC196ACCC52973"
            ),
        ),
    ),
    _curve(
        "P-521",
        "1.3.132.0.35",
        ec.SECP521R1(),
        (
            (
                "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            ),
            (
                "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
                "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC"
            ),
            (
                "51953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E93"
                "7B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00"
            ),
            (
                "C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE759"
                "28FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66"
            ),
            (
                "11839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42"
                "640C550B9013FAD0761353C7086A272C24088BE94769FD16650"
            ),
            (
                "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F9"
                "66B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"
            ),
        ),
    ),
    _curve(
        "brainpoolP224r1",
        "1.3.36.3.3.2.8.1.1.5",
        None,
        (
            "D7C134AA264366862A18302575D1D787B09F075797DA89F57EC8C0FF",
            "68A5E62CA9CE6C1C299803A6C1530B514E182AD8B0042A59CAD29F43",
            "2580F63CCFE44138870713B1A92369E33E2135D266DBB372386C400B",
            "D9029AD2C7E5CF4340823B2A87DC68C9E4CE3174C1E6EFDEE12C07D",
            "58AA56F772C0726F24C6B89E4ECDAC24354B9E99CAA3F6D3761402CD",
            "D7C134AA264366862A18302575D0FB98D116BC4B6DDEBCA3A5A7939F",
        ),
    ),
    _curve(
        "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.7",
        ec.BrainpoolP256R1(),
        (
            "A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377",
            "7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9",
            "26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6",
            "8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262",
            "547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997",
            "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7",
        ),
    ),
    _curve(
        "brainpoolP320r1",
        "1.3.36.3.3.2.8.1.1.9",
        None,
        (
            "D35E472036BC4FB7E13C785ED201E065F98FCFA6F6F40DEF4F92B9EC7893EC28FCD412B1F1B32E27",
            "3EE30B568FBAB0F883CCEBD46D3F3BB8A2A73513F5EB79DA66190EB085FFA9F492F375A97D860EB4",
            "520883949DFDBC42D3AD198640688A6FE13F41349554B49ACC31DCCD884539816F5EB4AC8FB1F1A6",
            "43BD7E9AFB53D8B85289BCC48EE5BFE6F20137D10A087EB6E7871E2A10A599C710AF8D0D39E20611",
            "14FDD05545EC1CC8AB4093247F77275E0743FFED117182EAA9C77877AAAC6AC7D35245D1692E8EE1",
            "D35E472036BC4FB7E13C785ED201E065F98FCFA5B68F12A32D482EC7EE8658E98691555B44C59311",
        ),
    ),
    _curve(
        "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.11",
        ec.BrainpoolP384R1(),
        (
            (
                "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71"
                "874700133107EC53"
            ),
            (
                "7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB"
                "04A8C7DD22CE2826"
            ),
            (
                "4A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943"
                "AB78696FA504C11"
            ),
            (
                "1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AA"
                "EF87B2E247D4AF1E"
            ),
            (
                "8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E46462177918111"
                "42820341263C5315"
            ),
            (
                "8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC310"
                "3B883202E9046565"
            ),
        ),
    ),
    _curve(
        "brainpoolP512r1",
        "1.3.36.3.3.2.8.1.1.13",
        ec.BrainpoolP512R1(),
        (
            (
                "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842"
                "AECDA12AE6A380E62881FF2F2D82C68528AA6056583A48F3"
            ),
            (
                "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA1"
                "0A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CA"
            ),
            (
                "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D"
                "77FC94CADC083E67984050B75EBAE5DD2809BD638016F723"
            ),
            (
                "81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D"
                "50D1687B93B97D5F7C6D5047406A5E688B352209BCB9F822"
            ),
            (
                "7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E"
                "5BCA4BD88A2763AED1CA2B2FA8F0540678CD1E0F3AD80892"
            ),
            (
                "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619"
                "418661197FAC10471DB1D381085DDADDB58796829CA90069"
            ),
        ),
    ),
)
"""p, a, b, the base point, n: FIPS 186-4 appendix D, RFC 5639 section 3."""

BY_OID: Mapping[str, Curve] = {curve.oid: curve for curve in CURVES}
