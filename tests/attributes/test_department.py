"""A department as the service sees it: over both transports, and what is not believed."""

import asyncio
import json

import httpx2
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.attributes import DEPARTMENTS, messages
from authsvc.attributes.errors import DepartmentUnavailable, LinkCodeUnknown
from authsvc.attributes.http_transport import HTTPTransport
from authsvc.attributes.simulated.errors import CardNotGood, MessageRefused
from authsvc.identifiers import b64url
from tests.attributes.makers import CARD, LAW, good, not_good, office, part, query

HOME: dict[str, str | bool] = {"residence_province": "650000", "residence_city": "659000"}


@pytest.fixture(params=["embedded", "http"])
def residence(request, tmp_path, keyring, clock):
    return office("residence", tmp_path, keyring, clock, http=request.param == "http")


async def test_it_says_what_was_asked_and_no_more(residence, clock):
    await residence.link("pseudonym-1", HOME, clock)
    found = await residence.seen.attest(query(), now=clock.now())
    assert found.values == {"residence_city": "659000"}
    keys = KeySet.import_key_set(residence.simulated.jwks())
    token = jwt.decode(found.jwt, keys, algorithms=["RS256"])
    issued_at = messages.on_grain(clock.now())
    assert token.claims == {
        "iss": "https://residence.example",
        "aud": "urn:authsvc:audience:government",
        "iat": issued_at,
        "exp": issued_at + 3600,
        "residence_city": "659000",
    }
    assert token.header["typ"] == "attribute-attestation+jwt"


async def test_everybody_with_the_same_values_gets_the_same_answer(residence, clock):
    """Nothing in it could tell the department, in a platform's hands, whom it was about."""
    await residence.link("pseudonym-1", HOME, clock)
    await residence.link("pseudonym-2", HOME, clock)
    first = await residence.seen.attest(query("pseudonym-1"), now=clock.now())
    clock.advance(seconds=1)
    second = await residence.seen.attest(query("pseudonym-2"), now=clock.now())
    assert first.jwt == second.jwt


async def test_what_is_not_on_record_is_left_out(residence, clock):
    await residence.link("pseudonym-1", HOME, clock)
    asked = query(attributes=("residence_city", "residence_permit_city"))
    found = await residence.seen.attest(asked, now=clock.now())
    assert set(found.values) == {"residence_city"}


async def test_it_knows_nobody_who_was_not_linked(residence, clock):
    assert await residence.seen.attest(query(), now=clock.now()) is None


async def test_its_books_have_purpose_law_category_and_reference_and_no_platform(residence, clock):
    await residence.link("pseudonym-1", HOME, clock)
    await residence.seen.attest(query(), now=clock.now())
    [line] = residence.simulated.books()
    assert (line.person, line.purpose, line.legal_basis, line.category, line.consent) == (
        "pseudonym-1",
        "school_admission",
        LAW,
        "government",
        "reference-0123456789",
    )


async def test_a_household_that_moves_is_attested_anew(residence, clock):
    """Under the same pseudonym: whoever moves stays who they are."""
    record = await residence.link("pseudonym-1", HOME, clock)
    before = await residence.seen.attest(query(), now=clock.now())
    residence.simulated.write(record, {"residence_province": "440000", "residence_city": "440300"})
    after = await residence.seen.attest(query(), now=clock.now())
    assert before.values == {"residence_city": "659000"}
    assert after.values == {"residence_city": "440300"}
    assert before.jwt != after.jwt


async def test_a_link_wants_the_card_that_was_shown_at_the_desk(residence, clock):
    record = residence.simulated.write(None, HOME)
    code = await residence.simulated.hand_out_code(record.id, card=CARD, is_good=good)
    other = (CARD[0], "T999999999999")
    with pytest.raises(LinkCodeUnknown):
        await residence.seen.link(person="p", code=code, document=other, now=clock.now())
    assert await residence.seen.attest(query("p"), now=clock.now()) is None
    with pytest.raises(LinkCodeUnknown):
        await residence.seen.link(person="p", code="BCDFGHJK", document=CARD, now=clock.now())
    await residence.seen.link(person="p", code=code, document=CARD, now=clock.now())
    with pytest.raises(LinkCodeUnknown):
        await residence.seen.link(person="q", code=code, document=CARD, now=clock.now())


async def test_a_card_that_the_register_does_not_have_as_good_gets_no_code(residence):
    record = residence.simulated.write(None, HOME)
    with pytest.raises(CardNotGood):
        await residence.simulated.hand_out_code(record.id, card=CARD, is_good=not_good)


async def test_a_code_is_good_for_a_day(residence, clock):
    record = residence.simulated.write(None, HOME)
    code = await residence.simulated.hand_out_code(record.id, card=CARD, is_good=good)
    clock.advance(days=1)
    with pytest.raises(LinkCodeUnknown):
        await residence.seen.link(person="p", code=code, document=CARD, now=clock.now())


async def test_a_link_that_ended_is_forgotten(residence, clock):
    await residence.link("pseudonym-1", HOME, clock)
    await residence.seen.unlink(person="pseudonym-1", now=clock.now())
    assert await residence.seen.attest(query(), now=clock.now()) is None
    assert [each.pseudonym for each in residence.simulated.records()] == [None]


async def test_the_files_of_a_department_hold_no_number_of_a_card(residence, clock, tmp_path):
    await residence.link("pseudonym-1", HOME, clock)
    for path in (tmp_path / "residence").rglob("*.json*"):
        assert CARD[1] not in path.read_text()


async def test_a_query_is_taken_once_and_only_of_now(residence, clock, keyring):
    await residence.link("pseudonym-1", HOME, clock)
    claims = messages.QueryClaims(query=query(), **residence.seen._members(clock.now()))
    key = keyring.signing.current("ES256", now=clock.now())
    message = messages.signed(claims, key=key, typ=messages.QUERY_TYPE)
    await residence.simulated.answer(message)
    with pytest.raises(MessageRefused):
        await residence.simulated.answer(message)
    late = messages.signed(
        msgspec.structs.replace(claims, jti="j" * 20), key=key, typ=messages.QUERY_TYPE
    )
    clock.advance(minutes=3)
    with pytest.raises(MessageRefused):
        await residence.simulated.answer(late)


@pytest.mark.parametrize(
    "changes", [{"aud": "https://education.example"}, {"iss": "https://other.example"}]
)
async def test_a_query_of_somebody_else_or_for_somebody_else_is_refused(
    residence, clock, keyring, changes
):
    await residence.link("pseudonym-1", HOME, clock)
    members = residence.seen._members(clock.now()) | changes
    claims = messages.QueryClaims(query=query(), **members)
    key = keyring.signing.current("ES256", now=clock.now())
    with pytest.raises(MessageRefused):
        await residence.simulated.answer(messages.signed(claims, key=key, typ=messages.QUERY_TYPE))


async def test_another_token_of_the_service_is_no_query(residence, clock, keyring):
    """An access token or an ID token is signed by the same keys: its type tells."""
    claims = messages.QueryClaims(query=query(), **residence.seen._members(clock.now()))
    key = keyring.signing.current("ES256", now=clock.now())
    for typ in ("at+jwt", "JWT", messages.LINK_TYPE):
        with pytest.raises(MessageRefused):
            await residence.simulated.answer(messages.signed(claims, key=key, typ=typ))


class Lying:
    """A department that signs whatever a test makes of its answer."""

    def __init__(self, residence, make):
        self.residence, self.make = residence, make

    async def send(self, path, message):
        answer = await self.residence.transport.inner.send(path, message)
        header, claims = part(answer.decode(), 0), part(answer.decode(), 1)
        made = self.make(header, claims)
        if isinstance(made, str):
            return made.encode()
        parts = ".".join(
            b64url(each if isinstance(each, bytes) else msgspec.json.encode(each)) for each in made
        )
        signature = self.residence.simulated._key.sign(parts.encode())
        return f"{parts}.{b64url(signature)}".encode()

    async def jwks(self, *, now):
        return self.residence.simulated.jwks()


LIES = {
    "a subject": lambda h, c: (h, c | {"sub": "pseudonym-1"}),
    "a name of its own": lambda h, c: (h, c | {"jti": "1"}),
    "a time off the grain": lambda h, c: (h, c | {"iat": c["iat"] + 1, "exp": c["exp"] + 1}),
    "a longer life": lambda h, c: (h, c | {"exp": c["exp"] + 1}),
    "an old answer": lambda h, c: (h, c | {"iat": c["iat"] - 3600, "exp": c["exp"] - 3600}),
    "another audience": lambda h, c: (h, c | {"aud": "urn:authsvc:audience:commerce"}),
    "another issuer": lambda h, c: (h, c | {"iss": "https://education.example"}),
    "what was not asked": lambda h, c: (h, c | {"residence_province": "650000"}),
    "a value that there is not": lambda h, c: (h, c | {"residence_city": "659001"}),
    "a street": lambda h, c: (h, c | {"residence_city": "样例路1号"}),
    "a member in its header": lambda h, c: (h | {"x": "1"}, c),
    "white space in its claims": lambda h, c: (h, json.dumps(c).encode()),
    "white space in its header": lambda h, c: (json.dumps(h).encode(), c),
    "another order": lambda h, c: (h, dict(reversed(list(c.items())))),
    "no algorithm": lambda h, c: (h | {"alg": "none"}, c),
    "another type": lambda h, c: (h | {"typ": "JWT"}, c),
    "another key": lambda h, c: (h | {"kid": "other"}, c),
    "no JWS": lambda h, c: "yes",
    "no text": lambda h, c: "是",
    "a forged signature": lambda h, c: ".".join(
        [b64url(msgspec.json.encode(h)), b64url(msgspec.json.encode(c)), "AAAA"]
    ),
}


@pytest.mark.parametrize("lie", LIES)
async def test_an_answer_that_could_be_one_persons_alone_or_is_none_is_not_believed(
    tmp_path, keyring, clock, lie
):
    residence = office("residence", tmp_path, keyring, clock)
    await residence.link("pseudonym-1", HOME, clock)
    seen = residence.seen
    seen._transport = Lying(residence, lambda header, claims: (header, claims))
    assert await seen.attest(query(), now=clock.now()) is not None
    seen._transport = Lying(residence, LIES[lie])
    with pytest.raises(DepartmentUnavailable):
        await seen.attest(query(), now=clock.now())


async def streamed():
    for _ in range(9):
        yield b"x" * 1000


ANSWERS = {
    "an error": lambda request: httpx2.Response(500),
    "a redirect": lambda request: httpx2.Response(303, headers={"location": "https://x.example"}),
    "too much": lambda request: httpx2.Response(200, content=streamed()),
}


@pytest.mark.parametrize("kind", [*ANSWERS, "no connection"])
async def test_whatever_goes_wrong_on_the_way_is_one_refusal(keyring, clock, tmp_path, kind):
    def answer(request):
        if kind not in ANSWERS:
            raise httpx2.ConnectError("no")
        return ANSWERS[kind](request)

    residence = office("residence", tmp_path, keyring, clock)
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    residence.seen._transport = HTTPTransport("https://residence.example", client)
    with pytest.raises(DepartmentUnavailable):
        await residence.seen.attest(query(), now=clock.now())


async def test_a_department_that_drips_is_given_up(keyring, clock, tmp_path):
    async def drip(request):
        async def body():
            while True:
                yield b"x"
                await asyncio.sleep(0.01)

        return httpx2.Response(200, content=body())

    residence = office("residence", tmp_path, keyring, clock)
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(drip))
    residence.seen._transport = HTTPTransport("https://r.example", client, seconds=0.1)
    with pytest.raises(DepartmentUnavailable):
        await residence.seen.attest(query(), now=clock.now())


def test_no_attribute_is_two_departments_and_each_has_words():
    names = [name for kind in DEPARTMENTS.values() for name in kind.attributes]
    assert len(names) == len(set(names))
    for kind in DEPARTMENTS.values():
        for each in kind.attributes.values():
            assert each.text.zh
            assert each.text.en
