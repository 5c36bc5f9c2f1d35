"""`authsvc doctor` on real deployments, sound ones and broken ones."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from authsvc.cli import main
from authsvc.cli.doctor.finding import Level, broken, good, weak, worst
from authsvc.cli.doctor.front_door import look_at_front_door
from authsvc.cli.doctor.keys import look_at_keys
from authsvc.cli.doctor.platforms import look_at_clients
from authsvc.cli.doctor.setting import look_at_settings
from authsvc.cli.doctor.stores import look_at_database, look_at_redis
from authsvc.clients import Clients
from authsvc.settings import KeyRules, Settings
from authsvc.storage import Database
from authsvc.storage.ephemeral.redis import RedisBackend
from authsvc.storage.migrations.upgrading import upgrade
from tests.clients.makers import metadata
from tests.hostile.running import running
from tests.makers import AdjustableClock
from tests.services import free_port

PRODUCTION = Settings(issuer="https://id.example", trusted_proxies="10.0.0.0/8")


def levels(findings):
    return {finding.about: finding.level for finding in findings}


def test_sound_settings():
    assert set(levels(look_at_settings(PRODUCTION)).values()) == {Level.GOOD}


@pytest.mark.parametrize(
    ("settings", "about", "level"),
    [
        (Settings(issuer="http://127.0.0.1:8000"), "issuer", Level.BROKEN),
        (Settings(issuer="http://127.0.0.1:8000", mode="sandbox"), "issuer", Level.WEAK),
        (Settings(issuer="http://127.0.0.1:8000", mode="sandbox"), "mode", Level.WEAK),
        (Settings(issuer="http://127.0.0.1:8000"), "trusted_proxies", Level.GOOD),
        (Settings(issuer="https://id.example"), "trusted_proxies", Level.BROKEN),
    ],
)
def test_what_is_wrong_with_settings(settings, about, level):
    assert levels(look_at_settings(settings))[about] is level


def test_young_keys_are_good_and_missing_anchors_are_not(keyring, now):
    found = levels(look_at_keys(PRODUCTION, keyring, now=now))
    assert {found[f"key {alg}"] for alg in ("ES256", "RS256", "PS256", "EdDSA")} == {Level.GOOD}
    assert found["document-anchors"] is Level.BROKEN
    sandbox = Settings(issuer="http://127.0.0.1:8000", mode="sandbox")
    assert levels(look_at_keys(sandbox, keyring, now=now))["document-anchors"] is Level.GOOD


def test_old_keys_are_told(tmp_path, now):
    from authsvc.keyring import KeyRing
    from authsvc.keyring.rotation import replace_at_once

    keyring = KeyRing.create(tmp_path, now=now)
    replace_at_once(keyring, "ES256", revoke=False, now=now)
    (tmp_path / "oidc" / "eddsa-1.pem").unlink()
    keyring = KeyRing.open(tmp_path)
    later = now + timedelta(days=200)
    found = levels(look_at_keys(PRODUCTION, keyring, now=later))
    assert found["key ES256"] is Level.WEAK
    assert found["key EdDSA"] is Level.WEAK
    by_command = Settings(issuer="https://id.example", keys=KeyRules(rotation_days=0))
    assert levels(look_at_keys(by_command, keyring, now=later))["key ES256"] is Level.GOOD


async def test_a_database_that_answers(database, clock):
    await upgrade(database)
    found = [each async for each in look_at_database(database, AdjustableClock(datetime.now(UTC)))]
    assert found[0].level in {Level.GOOD, Level.WEAK}
    assert {each.level for each in found[1:]} <= {Level.GOOD}


async def test_a_database_without_a_schema(tmp_path, clock):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/empty.db")
    found = [each async for each in look_at_database(database, clock)]
    await database.close()
    assert [each.level for each in found] == [Level.BROKEN]


async def test_a_redis_that_answers(redis_url):
    redis = RedisBackend(redis_url)
    found = levels(
        [each async for each in look_at_redis(redis, AdjustableClock(datetime.now(UTC)))]
    )
    late = AdjustableClock(datetime.now(UTC) + timedelta(minutes=1))
    skewed = levels([each async for each in look_at_redis(redis, late)])
    await redis.close()
    assert found["redis clock"] is found["redis version"] is found["redis eviction"] is Level.GOOD
    assert skewed["redis clock"] is Level.BROKEN


async def test_a_redis_that_forgets(redis_url):
    redis = RedisBackend(redis_url)
    await redis._redis.config_set("maxmemory", "100mb")
    await redis._redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        found = levels(
            [each async for each in look_at_redis(redis, AdjustableClock(datetime.now(UTC)))]
        )
    finally:
        await redis._redis.config_set("maxmemory-policy", "noeviction")
        await redis._redis.config_set("maxmemory", "0")
        await redis.close()
    assert found["redis eviction"] is Level.BROKEN


async def test_a_redis_that_is_away(clock):
    redis = RedisBackend(f"redis://127.0.0.1:{free_port()}/0")
    found = [each async for each in look_at_redis(redis, clock)]
    await redis.close()
    assert [each.level for each in found] == [Level.BROKEN]


async def test_clients_are_graded_with_reasons(database, now):
    await upgrade(database)
    clients = Clients(database)
    documents = [
        metadata("weak", require_pkce=False),
        metadata(
            "tls",
            client_secret=None,
            token_endpoint_auth_method="tls_client_auth",
            tls_client_auth_san_dns="client.example",
        ),
    ]
    await clients.import_clients(documents, now=now)
    found = {each.about: each async for each in look_at_clients(clients, PRODUCTION)}
    assert found["client weak"].level is Level.WEAK
    assert "PKCE" in found["client weak"].says
    assert found["mutual TLS"].level is Level.BROKEN
    ready = Settings(
        issuer="https://id.example", mtls_issuer="https://mtls.id.example", trusted_proxies="::1"
    )
    assert "mutual TLS" not in {each.about async for each in look_at_clients(clients, ready)}


def test_a_door_that_nobody_opens(now):
    nobody = Settings(issuer=f"http://127.0.0.1:{free_port()}")
    assert levels(look_at_front_door(nobody, now=now)) == {"front door": Level.BROKEN}


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_a_running_service_is_sound(storage_urls, tmp_path):
    database_url, ephemeral_url = storage_urls
    async with running(database_url, ephemeral_url, tmp_path) as service:
        settings = Settings(issuer=service.url, mode="sandbox")
        now = datetime.now(UTC)
        found = await asyncio.to_thread(lambda: list(look_at_front_door(settings, now=now)))
        late = now + timedelta(minutes=5)
        skewed = await asyncio.to_thread(lambda: list(look_at_front_door(settings, now=late)))
    assert set(levels(found).values()) == {Level.GOOD}, found
    found = skewed
    assert levels(found)["clock at the front door"] is Level.BROKEN


def test_the_worst_finding_counts():
    assert worst([]) is Level.GOOD
    assert worst([good("a", "b"), weak("c", "d", "e")]) is Level.WEAK
    assert worst([broken("a", "b", "c"), good("a", "b")]) is Level.BROKEN


def test_the_command_says_what_is_broken_and_exits_with_1(tmp_path, now):
    environment = {
        "AUTHSVC_ISSUER": f"http://127.0.0.1:{free_port()}",
        "AUTHSVC_KEY_DIRECTORY": str(tmp_path / "keys"),
        "AUTHSVC_DATA_DIRECTORY": str(tmp_path),
        "AUTHSVC_MODE": "sandbox",
    }
    runner = CliRunner(env=environment)
    assert runner.invoke(main, ["keys", "init"]).exit_code == 0
    empty = runner.invoke(main, ["doctor", "--offline"])
    assert empty.exit_code == 1
    assert "✗ database" in empty.output
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    sound = runner.invoke(main, ["doctor", "--offline", "--json"])
    assert sound.exit_code == 0, sound.output
    assert {"about", "level", "says", "advice"} == set(json.loads(sound.output)[0])
    closed = runner.invoke(main, ["doctor"])
    assert closed.exit_code == 1
    assert "✗ front door" in closed.output


def test_a_mistake_in_the_settings_or_the_keys_is_a_finding_like_any_other(tmp_path):
    runner = CliRunner(env={"AUTHSVC_ISSUER": "ftp://id.example"})
    wrong = runner.invoke(main, ["doctor", "--offline", "--json"])
    assert wrong.exit_code == 1
    assert json.loads(wrong.output)[0]["about"] == "settings"
    environment = {
        "AUTHSVC_ISSUER": "https://id.example",
        "AUTHSVC_KEY_DIRECTORY": str(tmp_path / "nowhere"),
        "AUTHSVC_DATA_DIRECTORY": str(tmp_path),
    }
    missing = CliRunner(env=environment).invoke(main, ["doctor", "--offline", "--json"])
    assert missing.exit_code == 1
    found = {each["about"]: each["level"] for each in json.loads(missing.output)}
    assert found["keys"] == found["database"] == "broken"
