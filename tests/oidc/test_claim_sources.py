"""Claims that somebody else attests (OpenID Connect Core 5.6.2), by sources made for a test."""

import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from authsvc.errors import Text, Unavailable
from authsvc.oidc.claims.claim_sources import (
    AggregatedClaims,
    ClaimSources,
    DistributedClaims,
    Question,
)
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Answer, Browser, Platform, request, service

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
PLATFORMS = ("platform-a", "platform-b")


class SigningSource:
    """Attests two things about everybody, with a key of its own."""

    name = "example-registry"
    sector_identifier = "registry.example"
    clients = PLATFORMS

    def __init__(self) -> None:
        self.claims = {
            "example_student": Text(
                "您是否为在读学生（样例）", "whether you are a student (example)"
            ),
            "example_degree": Text("您的学位（样例）", "your degree (example)"),
        }
        self.key = ECKey.generate_key("P-256", {"kid": "registry-1"})
        self.asked: list[Question] = []
        self.away = False
        self.knows = True

    async def attest(self, question, *, now):
        self.asked.append(question)
        if self.away:
            raise Unavailable
        if not self.knows:
            return None
        values = {"example_student": True, "example_degree": "none"}
        claims = {name: values[name] for name in question.names}
        header = {"alg": "ES256", "typ": "provided-claims+jwt", "kid": "registry-1"}
        said = {"iss": "https://registry.example", "sub": question.subject, **claims}
        return AggregatedClaims(jwt.encode(header, said, self.key, algorithms=["ES256"]))


class PointingSource:
    """Says where to ask."""

    sector_identifier = "elsewhere.example"
    clients = ("platform-a",)

    def __init__(self, name="example-elsewhere", claim="example_elsewhere"):
        self.name = name
        self.claims = {claim: Text("别处的样例", "an example kept elsewhere")}

    async def attest(self, question, *, now):
        token = f"for {len(question.names)} claims"
        return DistributedClaims("https://elsewhere.example/claims", token)


@pytest.fixture
def source():
    return SigningSource()


@pytest.fixture
async def provider(storage, keyring, clock, source):
    stores = (storage.database, storage.ephemeral)
    sources = (source, PointingSource())
    async with service(*stores, keyring, clock, claim_sources=sources) as built:
        await built.person()
        yield built


def asking(client_id="platform-a", *names, place="userinfo", **parameters):
    asked = {place: dict.fromkeys(names)}
    return request(client_id, scope="openid", claims=json.dumps(asked), **parameters)


async def userinfo(provider, browser, client_id, *names, **parameters):
    platform = Platform(provider, client_id)
    tokens = await platform.tokens(browser, asking(client_id, *names, **parameters))
    return (await platform.userinfo(tokens["access_token"])).json(), tokens


async def test_an_aggregated_claim_is_passed_on_as_its_source_signed_it(provider, browser, source):
    told, _ = await userinfo(provider, browser, "platform-a", "example_student", "age_over_18")
    assert told["age_over_18"] is True
    assert told["_claim_names"] == {"example_student": "example-registry"}
    sources = told["_claim_sources"]
    assert set(sources) == {"example-registry"}
    token = jwt.decode(sources["example-registry"]["JWT"], source.key, algorithms=["ES256"])
    assert token.header["typ"] == "provided-claims+jwt"
    assert token.claims == {
        "iss": "https://registry.example",
        "sub": told["sub"],
        "example_student": True,
    }


async def test_a_distributed_claim_says_where_to_ask(provider, browser):
    told, _ = await userinfo(
        provider, browser, "platform-a", "example_elsewhere", "example_student", "example_degree"
    )
    assert told["_claim_names"] == {
        "example_student": "example-registry",
        "example_degree": "example-registry",
        "example_elsewhere": "example-elsewhere",
    }
    assert told["_claim_sources"]["example-elsewhere"] == {
        "endpoint": "https://elsewhere.example/claims",
        "access_token": "for 1 claims",
    }


async def test_a_source_knows_people_by_a_pseudonym_of_its_own(provider, browser, source):
    first, _ = await userinfo(provider, browser, "platform-a", "example_student")
    second, _ = await userinfo(provider, browser, "platform-b", "example_student")
    one, two = source.asked
    assert one.person == two.person
    assert one.person not in (first["sub"], second["sub"])
    assert (one.subject, two.subject) == (first["sub"], second["sub"])
    assert one.subject != two.subject


async def test_a_platform_that_may_not_ask_is_left_without(provider, browser, source):
    told, _ = await userinfo(provider, browser, "platform-b", "example_elsewhere")
    assert set(told) == {"sub"}
    told, _ = await userinfo(provider, browser, "plain", "example_student")
    assert set(told) == {"sub"}
    assert source.asked == []


async def test_they_are_told_at_userinfo_alone_and_never_with_a_condition(
    provider, browser, source
):
    _, tokens = await userinfo(provider, browser, "platform-a", "example_student", place="id_token")
    assert "_claim_names" not in unverified(tokens["id_token"])
    asked = request(
        "platform-a",
        scope="openid",
        claims='{"userinfo":{"example_student":{"value":true}}}',
    )
    platform = Platform(provider)
    tokens = await platform.tokens(browser, asked)
    assert set((await platform.userinfo(tokens["access_token"])).json()) == {"sub"}
    assert source.asked == []


@pytest.mark.parametrize("why", ["away", "unknown"])
async def test_a_source_that_says_nothing_is_left_out(provider, browser, source, why):
    source.away, source.knows = why == "away", why != "unknown"
    told, _ = await userinfo(
        provider, browser, "platform-a", "example_student", "example_elsewhere"
    )
    assert set(told["_claim_sources"]) == {"example-elsewhere"}
    assert set(told["_claim_names"]) == {"example_elsewhere"}
    told, _ = await userinfo(provider, browser, "platform-b", "example_student")
    assert set(told) == {"sub"}


async def test_people_consent_to_what_a_department_says_of_them(provider, browser):
    await browser.authorize(request(scope="openid"))
    asked = asking("platform-a", "example_student")
    silent = await browser.get("/authorize", **asked.but(prompt="none").parameters)
    assert Answer.of(silent).parameters["error"] == "consent_required"
    _, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert "whether you are a student (example)" in page.text
    assert "your degree" not in page.text


async def test_the_metadata_speaks_of_sources_only_if_there_are_some(
    provider, storage, keyring, clock
):
    path = "/.well-known/openid-configuration"
    found = (await provider.http().get(path)).json()
    assert found["claim_types_supported"] == ["normal", "aggregated", "distributed"]


async def test_without_a_source_nothing_changes(storage, keyring, clock):
    async with service(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person()
        found = (await built.http().get("/.well-known/openid-configuration")).json()
        assert found["claim_types_supported"] == ["normal"]
        told, _ = await userinfo(built, Browser(built), "platform-a", "example_student")
        assert set(told) == {"sub"}


async def test_a_claim_has_one_source_and_is_never_one_of_ours(provider):
    subscribers = provider.house.subscribers
    one, other = SigningSource(), SigningSource()
    of_one_name = (PointingSource(name=one.name), one)
    for sources in ((one, other), (PointingSource(claim="age_over_18"),)):
        with pytest.raises(ValueError, match="attested twice"):
            ClaimSources(sources, subscribers=subscribers)
    with pytest.raises(ValueError, match="share a name"):
        ClaimSources(of_one_name, subscribers=subscribers)
