"""A town of people who do not exist: enrolled, and with certificates in their wallets.

All by the rooms' own functions, in the order of the credential endpoint. Certificates are fetched
in the town's first week, the brief ones in four hours at its end, everybody at a moment of their
own; what happens afterwards is told in `seen_in_town`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from secrets import SystemRandom

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates import CertificateAuthority
from authsvc.certificates.credentials import (
    KINDS,
    Credentials,
    Format,
    Platform,
    Statement,
    Wanted,
)
from authsvc.certificates.credentials.claims import told
from authsvc.certificates.credentials.kinds import CredentialKind
from authsvc.evidence.kinds import Assurance
from authsvc.identifiers import from_b64url
from authsvc.issuance.nonces import Nonces
from authsvc.issuance.statements import attested
from authsvc.keyring import KeyRing
from authsvc.oidc.claims.receipt import Receipts
from authsvc.oidc.grants import Grants
from authsvc.storage import Database, Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Identity, NewDocument, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.verify import new_salt, reference_of
from tests.makers import AdjustableClock, artificial_number

SQUARE, MARKET = "square.example", "market.example"
SECTORS = (SQUARE, MARKET, *(f"platform-{place}.example" for place in range(14)))
VISITED = (SQUARE, SQUARE, SQUARE, MARKET, MARKET)
ISSUER = "https://id.example"

BEGINS = datetime(2026, 11, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK = 7 * DAY

# From when on, and for how long, a kind of this grain is fetched.
_FETCHING = {DAY: (BEGINS, WEEK), HOUR: (BEGINS + WEEK, 4 * HOUR)}
# What a platform may ask for: each person meets one of these, for each kind anew.
ASKED = (
    ("age_over_18",),
    ("age_over_14", "document_class"),
    ("age_over_14", "age_over_16", "age_over_18", "assurance"),
)
_BORN = (date(1970, 5, 5), date(1990, 1, 1), date(1999, 9, 9), date(2010, 3, 3), date(2011, 8, 8))
_CARD = "resident_identity_card"
RANDOM = SystemRandom()

Answers = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Fetch:
    """Somebody fetched certificates of a kind.

    `asked` is what they will be asked for, `held` each key with its certificate, `times` their iat
    and exp, `passing` what appeared meanwhile in the ephemeral store, and until when.
    """

    who: int
    kind: CredentialKind
    at: datetime
    asked: tuple[str, ...]
    held: Sequence[tuple[ec.EllipticCurvePrivateKey, str]]
    times: tuple[int, int]
    passing: Mapping[str, datetime]


@dataclass
class Town:
    """The issuer, its stores, and the people."""

    database: Database
    keyring: KeyRing
    count: int
    people: list[Subscriber] = field(default_factory=list)
    fetches: list[Fetch] = field(default_factory=list)
    _statements: dict[int, Statement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = AdjustableClock(BEGINS - 3 * DAY)
        self._backend = MemoryBackend(self.clock)
        keys, now = self.keyring, self.clock.now()
        self._ephemeral = Ephemeral(self._backend, seals=keys.sealer, digests=keys.digests)
        remembered = Remembered(self._ephemeral, namespace="subscriber-changing")
        self.subscribers = Subscribers(keys, remembered)
        memory = SubscriberMemory(
            database=self.database, subscribers=self.subscribers, remembered=remembered
        )
        self.grants = Grants(digests=keys.digests, subscribers=self.subscribers, memory=memory)
        self._activity = ActivityLog(self.database, self._ephemeral)
        self._nonces = Nonces(self._ephemeral, digests=keys.digests)
        authority = CertificateAuthority.create(keys, base_url=ISSUER, now=now)
        self.credentials = Credentials(authority)
        self._receipts = Receipts(issuer=ISSUER, signer=self.credentials.signer)

    async def enroll(self) -> None:
        """Everybody, some of them with a document that ends soon; and the day before it begins."""
        people = [*range(self.count)]
        RANDOM.shuffle(people)
        found = {}
        for who in people:
            born = RANDOM.choice(_BORN)
            self._statements[who] = Statement(born, _CARD, Assurance.CHIP_AND_FACE.value)
            ends = BEGINS.date() + timedelta(days=RANDOM.randrange(16, 30))
            identity = Identity(
                name=f"样例{who}",
                number=artificial_number(born, who),
                birth_date=born,
                sex="female",
                phone=f"+86100{who:08d}",
                document_kind=_CARD,
                document_number=f"X{who:09d}",
                document_valid_until=ends if RANDOM.random() < 0.1 else None,
            )
            now = self.clock.advance(minutes=1)
            async with self.database.transaction() as tx:
                card = NewDocument(_CARD, identity.document_number)
                found[who], _ = await self.subscribers.create(
                    tx, identity=identity, document=card, now=now
                )
        self.people = [found[who] for who in range(self.count)]

    async def fetch(self, *kinds: str) -> None:
        """Everybody fetches each of these kinds once."""
        planned = [
            (drawn(*_FETCHING[KINDS[kind].grain]), who, KINDS[kind])
            for kind in kinds
            for who in range(self.count)
        ]
        for at, who, kind in sorted(planned, key=lambda plan: plan[0]):
            self.clock.set(at)
            self.fetches.append(await self._fetched(who, kind))

    async def _fetched(self, who: int, kind: CredentialKind) -> Fetch:
        """As the credential endpoint does it, from the nonce on."""
        now, before = self.clock.now(), set(self._backend._entries)
        sectors = SECTORS if kind.names_subject else (None,) * len(VISITED)
        keys = [new_holder_key() for _ in sectors]
        await self._nonces.use(await self._nonces.issue(now=now), now=now)
        whose = str(self.people[who].id)
        await self._ephemeral.count("credential-requests", whose, window=14 * DAY)
        async with self.database.transaction() as tx:
            subscriber = await self.subscribers.hold(tx, self.people[who].id)
            assert subscriber is not None
            found = await attested(tx, self.subscribers, subscriber, now=now)
            issued = await self.credentials.issue(
                tx,
                subscriber,
                kind=kind,
                statement=found.statement,
                wanted=[
                    self._wanted(subscriber, key.public_key(), sector)
                    for key, sector in zip(keys, sectors, strict=True)
                ],
                document_digest=found.document_digest,
                document_valid_until=found.document_valid_until,
                now=now,
            )
            fetched = Entry(kind=ActivityKind.CERTIFICATES_FETCHED, at=now, client_id="wallet")
            await self._activity.write(tx, subscriber, fetched)
        return Fetch(
            who,
            kind,
            at=now,
            asked=RANDOM.choice(ASKED),
            held=[*zip(keys, issued, strict=True)],
            times=times_of(kind, issued[0]),
            passing={
                name: expires
                for name, (expires, _) in self._backend._entries.items()
                if name not in before
            },
        )

    def receipt(self, who: int, platform: str, *, now: datetime) -> str:
        """That of somebody's sign-in, for an account that the platform names by chance."""
        return self._receipts.write(
            client_id=platform,
            acr="urn:authsvc:acr:aal1",
            assurance="chip-and-face",
            reference=reference_of(new_salt(), f"account {who}"),
            now=now,
        )

    def answers(self, who: int, asked: Sequence[str]) -> Answers:
        """What somebody discloses who is asked for these claims."""
        claims = told(KINDS["verified-person"], self._statements[who], None, day=BEGINS.date())
        return tuple(sorted((name, claims[name]) for name in asked))

    def every_answer(self, who: int) -> list[Answers]:
        """What somebody discloses, for each of the things that platforms ask for."""
        return [self.answers(who, asked) for asked in ASKED]

    def _wanted(
        self, subscriber: Subscriber, key: ec.EllipticCurvePublicKey, sector: str | None
    ) -> Wanted:
        if sector is None:
            return Wanted(key)
        subject = self.subscribers.subject_for(subscriber, sector)
        return Wanted(key, Platform(sector, subject))


def times_of(kind: CredentialKind, certificate: str) -> tuple[int, int]:
    """From when to when a certificate says that it holds."""
    if kind.format is Format.MDOC:
        payload = cbor2.loads(from_b64url(certificate))["issuerAuth"][2]
        validity = cbor2.loads(cbor2.loads(payload).value)["validityInfo"]
        return int(validity["signed"].timestamp()), int(validity["validUntil"].timestamp())
    said = json.loads(from_b64url(certificate.split(".")[1]))
    return said["iat"], said["exp"]


def new_holder_key() -> ec.EllipticCurvePrivateKey:
    """Made in a wallet."""
    return ec.generate_private_key(ec.SECP256R1())


def drawn(begins: datetime, lasts: timedelta) -> datetime:
    """A moment of somebody's own."""
    return begins + lasts * RANDOM.random()
