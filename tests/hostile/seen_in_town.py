"""What two platforms and a thief see of the people of a town (`town`).

Both platforms verify what they are shown, and keep all of it. The thief has every row of SQL in the
order in which it was written, and has watched the ephemeral store all the time; which rows came of
one fetch is given away for nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import literal_column, select

from authsvc.algorithms import ES256
from authsvc.certificates.credentials import KINDS, CredentialStatusLists, Format, type_of
from authsvc.identifiers import b64url, from_b64url, new_token
from authsvc.keyring import SigningKey
from authsvc.storage import Transaction, metadata
from authsvc.verify import (
    UNCHECKED_SIGNERS,
    CredentialVerifier,
    KnownStatuses,
    MdocVerifier,
    StatusListVerifier,
    VerificationKeys,
)
from authsvc.verify.mdoc.session_transcript import by_redirect
from tests.hostile.linking import Seen, Sighting
from tests.hostile.sightings import of_mdoc, of_presentation, of_rows, of_subject
from tests.hostile.town import (
    ASKED,
    BEGINS,
    DAY,
    HOUR,
    ISSUER,
    MARKET,
    RANDOM,
    SECTORS,
    SQUARE,
    VISITED,
    WEEK,
    Answers,
    Fetch,
    Town,
    drawn,
)
from tests.verify.mdoc_makers import Mdoc

_SD_JWTS = [kind for kind in KINDS.values() if kind.format is Format.SD_JWT]
_MDOC = next(kind for kind in KINDS.values() if kind.format is Format.MDOC)
# The rows of a person, by what names the person; and those that each fetch writes, in order.
_WHOSE = {"subscriber": "id", "document": "subscriber_id"}
_OF_A_FETCH = ("credential_batch", "credential_key", "activity")

# From when on, and for how long, a kind of this grain is shown: when everybody has fetched it.
_SHOWING = {DAY: (BEGINS + WEEK, 3 * DAY), HOUR: (BEGINS + WEEK + 4 * HOUR, 19 * HOUR)}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Visit:
    """Somebody came to a platform. `place` is where the status of what they showed is."""

    platform: str
    is_first: bool
    sighting: Sighting
    place: tuple[str, int] | None = None


@dataclass(frozen=True)
class _Coming:
    at: datetime
    platform: str
    turn: int
    fetch: Fetch
    number: int


class Platforms:
    """Both of them."""

    def __init__(self, town: Town, statuses: KnownStatuses, keys: VerificationKeys) -> None:
        self._town = town
        self._statuses = statuses
        types = {type_of(kind, issuer=ISSUER) for kind in _SD_JWTS}
        self._verifiers = {
            sector: CredentialVerifier(issuer=ISSUER, keys=keys, types=types, sector=sector)
            for sector in (SQUARE, MARKET)
        }
        root = town.credentials.anchor(now=BEGINS + WEEK)
        self._doc_type = type_of(_MDOC, issuer=ISSUER)
        self._mdocs = MdocVerifier(
            issuer=ISSUER,
            anchors=[root],
            revocations=UNCHECKED_SIGNERS,
            types=[self._doc_type],
        )

    @classmethod
    async def open(cls, town: Town) -> "Platforms":
        """With the issuer's keys and status list of the day on which the showing begins."""
        now = BEGINS + WEEK
        published = msgspec.json.decode(town.credentials.issuer_metadata(now=now))
        keys = VerificationKeys.from_jwks(published["jwks"])
        statuses = KnownStatuses(StatusListVerifier(issuer=ISSUER, keys=keys))
        if any(fetch.kind.has_status for fetch in town.fetches):
            lists = CredentialStatusLists(town.credentials, town.database)
            statuses.add((await lists.current(0, now=now)).token, now=now)
        return cls(town, statuses, keys)

    def shown(self, kind: str, *, at_need: bool = False) -> list[Visit]:
        """Everybody comes to both platforms, and shows a certificate of this kind.

        At need: all within a minute after it was fetched.
        """
        coming = [
            each
            for fetch in self._town.fetches
            if fetch.kind.id == kind
            for each in _comings(fetch, at_need=at_need)
        ]
        return [self._visit(each) for each in sorted(coming, key=lambda each: each.at)]

    def _visit(self, coming: _Coming) -> Visit:
        fetch, platform, at = coming.fetch, coming.platform, coming.at
        bound = fetch.kind.names_subject
        key, certificate = fetch.held[SECTORS.index(platform) if bound else coming.number]
        if fetch.kind.format is Format.MDOC:
            return self._visit_with_mdoc(coming, key, certificate)
        asked = (*fetch.asked, "sub") if bound else fetch.asked
        if fetch.kind.has_counterfoil:
            asked = (*asked, "receipt")
        nonce = new_token()
        text = _bound(_disclosing(certificate, asked), key, audience=platform, nonce=nonce, now=at)
        verified = self._verifiers[platform].verify(
            text,
            audience=platform,
            nonce=nonce,
            now=at,
            statuses=self._statuses,
            oldest_status=4 * DAY,
        )
        said = tuple(sorted((name, verified.claims[name]) for name in fetch.asked))
        seen, payload = of_presentation(text, arrived=_a_moment_after(at))
        return _seen(coming, said, seen, payload)

    def _visit_with_mdoc(
        self, coming: _Coming, key: ec.EllipticCurvePrivateKey, certificate: str
    ) -> Visit:
        """In a session of its own, as OpenID4VP makes one."""
        fetch = coming.fetch
        session = by_redirect(
            client_id=coming.platform, nonce=new_token(), thumbprint=None, response_uri=""
        )
        held = Mdoc(cbor2.loads(from_b64url(certificate)), key, self._doc_type)
        presented = held.presented(*fetch.asked, transcript=session)
        verified = self._mdocs.verify(
            presented,
            session_transcript=session,
            now=coming.at,
            statuses=self._statuses,
            oldest_status=4 * DAY,
        )
        claims = verified.claims[self._doc_type]
        said = tuple(sorted((name, claims[name]) for name in fetch.asked))
        seen, security_object = of_mdoc(presented, arrived=_a_moment_after(coming.at))
        return _seen(coming, said, seen, security_object)


def _seen(coming: _Coming, said: Answers, seen: Seen, signed: Mapping[str, Any]) -> Visit:
    """What the issuer has signed says where the status is, in either form."""
    status = signed.get("status", {}).get("status_list")
    return Visit(
        coming.platform,
        coming.turn == 0,
        Sighting(coming.fetch.who, said, coming.fetch.times, seen),
        None if status is None else (status["uri"], status["idx"]),
    )


async def signed_in(town: Town) -> list[Visit]:
    """Everybody signs in at both platforms, by OpenID Connect; they allow it the first time.

    What each token holds beside the subject is told of in row 56; each platform keeps a receipt.
    """
    coming = []
    for who in range(town.count):
        asked = RANDOM.choice(ASKED)
        for platform in (SQUARE, MARKET):
            moments = sorted(drawn(*_SHOWING[DAY]) for _ in range(VISITED.count(platform)))
            coming += [(at, turn, platform, who, asked) for turn, at in enumerate(moments)]
    visits = []
    for at, turn, platform, who, asked in sorted(coming, key=lambda each: each[0]):
        subscriber = town.people[who]
        if turn == 0:
            async with town.database.transaction() as tx:
                await town.grants.remember(
                    tx, subscriber, client_id=platform, scopes=("openid", "age"), now=at
                )
        seen = of_subject(
            town.subscribers.subject_for(subscriber, platform),
            receipt=town.receipt(who, platform, now=at),
            arrived=_a_moment_after(at),
        )
        visits.append(
            Visit(platform, turn == 0, Sighting(who, town.answers(who, asked), None, seen))
        )
    return visits


async def stolen(town: Town, kind: str) -> list[Sighting]:
    """The rows of each who has fetched a kind: an answer to whatever they may have been asked."""
    async with town.database.reading() as tx:
        dump = {name: await _rows(tx, name) for name in (*_WHOSE, *_OF_A_FETCH)}
    of_person = {name: {row[whose]: row for row in dump[name]} for name, whose in _WHOSE.items()}
    batches, keys, lines = (iter(dump[name]) for name in _OF_A_FETCH)
    found = []
    for fetch in town.fetches:
        whose = town.people[fetch.who].id
        rows = [(name, rows[whose]) for name, rows in of_person.items()]
        rows.append(("activity", next(lines)))
        if fetch.kind.has_status:
            rows.append(("credential_batch", next(batches)))
        assert {row.get("subscriber_id", whose) for _, row in rows} == {whose}
        rows += [("credential_key", next(keys)) for _ in fetch.held]
        rows += [("passing", {"name": n, "ends": ends}) for n, ends in fetch.passing.items()]
        if fetch.kind.id == kind:
            seen = of_rows(rows)
            found += [
                Sighting(fetch.who, answers, fetch.times, seen)
                for answers in town.every_answer(fetch.who)
            ]
    return found


async def stolen_consents(town: Town) -> list[Sighting]:
    """The rows that say that each has allowed two platforms something."""
    rows: defaultdict[Any, list[tuple[str, Row]]] = defaultdict(list)
    async with town.database.reading() as tx:
        for row in await _rows(tx, "consent"):
            rows[row["subscriber_id"]].append(("consent", row))
    return [
        Sighting(who, answers, None, of_rows(rows[subscriber.id]))
        for who, subscriber in enumerate(town.people)
        for answers in town.every_answer(who)
    ]


async def _rows(tx: Transaction, name: str) -> list[Row]:
    """A table in the order of writing, which SQLite's `rowid` keeps (and PostgreSQL's `ctid`)."""
    table = metadata.tables[name]
    query = select(literal_column("rowid").label("order"), table).order_by(literal_column("rowid"))
    return [dict(row) for row in (await tx.execute(query)).mappings()]


def _comings(fetch: Fetch, *, at_need: bool) -> list[_Coming]:
    """To each platform. Whoever holds one for no platform shows each once, in this order."""
    begins, lasts = (fetch.at, timedelta(minutes=1)) if at_need else _SHOWING[fetch.kind.grain]
    ends = datetime.fromtimestamp(fetch.times[1], UTC) - HOUR
    planned = sorted((drawn(begins, min(lasts, ends - begins)), platform) for platform in VISITED)
    turns: Counter[str] = Counter()
    found = []
    for number, (at, platform) in enumerate(planned):
        found.append(_Coming(at, platform, turns[platform], fetch, number))
        turns[platform] += 1
    return found


def _a_moment_after(at: datetime) -> datetime:
    return at + timedelta(seconds=3) * RANDOM.random()


def _disclosing(certificate: str, names: Sequence[str]) -> str:
    """The certificate with some of its disclosures, in the order in which it came."""
    jwt, *disclosures, _ = certificate.split("~")
    kept = [each for each in disclosures if msgspec.json.decode(from_b64url(each))[1] in names]
    return "~".join((jwt, *kept, ""))


def _bound(
    shown: str, private: ec.EllipticCurvePrivateKey, *, audience: str, nonce: str, now: datetime
) -> str:
    """The same, signed by its holder (RFC 9901 section 4.3)."""
    claims = {
        "iat": int(now.timestamp()),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": b64url(sha256(shown.encode()).digest()),
    }
    key = SigningKey(private, alg=ES256)
    header = {"alg": key.alg, "typ": "kb+jwt"}
    signing_input = ".".join(b64url(msgspec.json.encode(part)) for part in (header, claims))
    return f"{shown}{signing_input}.{b64url(key.sign(signing_input.encode()))}"
