"""Settings: a file, then the environment; what is unknown or wrong is named."""

from pathlib import Path

import pytest

from authsvc.clock import SystemClock
from authsvc.settings import Settings, SettingsInvalid, load_settings

ISSUER = {"AUTHSVC_ISSUER": "https://id.example"}


def test_an_issuer_is_all_that_must_be_said() -> None:
    settings = load_settings(None, ISSUER)
    assert settings == Settings(issuer="https://id.example")
    assert settings.secure
    assert not settings.sandbox
    assert settings.database.startswith("sqlite+aiosqlite:////")


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "authsvc.toml"
    path.write_text(
        'issuer = "https://file.example"\nredis_url = "redis://a"\n[throttle]\nlock_seconds = 7\n'
    )
    settings = load_settings(
        path,
        {
            **ISSUER,
            "AUTHSVC_THROTTLE__FAILURES_PER_PERSON": "9",
            "AUTHSVC_CONFIG": "ignored",
            "HOME": "/",
        },
    )
    assert settings.issuer == "https://id.example"
    assert settings.redis_url == "redis://a"
    assert (settings.throttle.lock_seconds, settings.throttle.failures_per_person) == (7, 9)


def test_a_path_is_read_from_its_text() -> None:
    settings = load_settings(None, {**ISSUER, "AUTHSVC_DATA_DIRECTORY": "/srv/authsvc"})
    assert settings.data_directory == Path("/srv/authsvc")


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://secret\n")
    environment = {**ISSUER, "AUTHSVC_REDIS_URL_FILE": str(tmp_path / "url")}
    assert load_settings(None, environment).redis_url == "redis://secret"


@pytest.mark.parametrize(
    "issuer",
    [
        pytest.param("http://id.example", id="http beyond loopback"),
        pytest.param("https://id.example/", id="trailing slash"),
        pytest.param("https://id.example/path", id="path"),
        pytest.param("https://id.example?x=1", id="query"),
        pytest.param("https://a@id.example", id="userinfo"),
        pytest.param("https://", id="no host"),
        pytest.param("ftp://127.0.0.1", id="another scheme"),
    ],
)
def test_a_bad_issuer_is_refused(issuer: str) -> None:
    with pytest.raises(SettingsInvalid):
        load_settings(None, {"AUTHSVC_ISSUER": issuer})


@pytest.mark.parametrize(
    ("environment", "field"),
    [
        pytest.param({**ISSUER, "AUTHSVC_TYPO": "1"}, None, id="unknown"),
        pytest.param({**ISSUER, "AUTHSVC_THROTTLE__LOCK_SECONDS": "0"}, "throttle", id="too low"),
        pytest.param({**ISSUER, "AUTHSVC_MODE": "loose"}, "mode", id="no such mode"),
        pytest.param(
            {**ISSUER, "AUTHSVC_REDIS_URL_FILE": "/nowhere"}, "AUTHSVC_REDIS_URL_FILE", id="file"
        ),
        pytest.param(
            {"AUTHSVC_ISSUER": "x", "AUTHSVC_ISSUER__DEEPER": "1"},
            "AUTHSVC_ISSUER__DEEPER",
            id="a group that is none",
        ),
        pytest.param(
            {**ISSUER, "AUTHSVC_REGISTER__URL": "http://register.example"},
            "register.url",
            id="a register in clear",
        ),
        pytest.param({**ISSUER, "AUTHSVC_SMS__URL": "sms"}, "sms.url", id="no address"),
        pytest.param(
            {**ISSUER, "AUTHSVC_TRUSTED_PROXIES": "10.0.0.0/8 proxy"}, "trusted_proxies", id="proxy"
        ),
        pytest.param(
            {**ISSUER, "AUTHSVC_OUTGOING__OPEN_NETWORKS": "10.0.0.1/8"},
            "outgoing.open_networks",
            id="a network with host bits",
        ),
        pytest.param(
            {**ISSUER, "AUTHSVC_DATABASE_URL": "postgres://db/x"}, "database_url", id="driver"
        ),
        pytest.param({**ISSUER, "AUTHSVC_REDIS_URL": "localhost:6379"}, "redis_url", id="redis"),
        pytest.param({**ISSUER, "AUTHSVC_SMS__TOKEN": "密"}, "sms.token", id="token"),
        pytest.param({}, None, id="nothing at all"),
        pytest.param({**ISSUER, "AUTHSVC_KEY_DIRECTORY__X": "1"}, "key_directory", id="a path"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], field: str | None) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        load_settings(None, environment)
    assert field is None or str(raised.value.field).startswith(field)


@pytest.mark.parametrize("text", ["issuer = ", "\xff"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "authsvc.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsInvalid) as raised:
        load_settings(path, {})
    assert raised.value.field == str(path)


def test_http_is_for_loopback_only() -> None:
    settings = load_settings(None, {"AUTHSVC_ISSUER": "http://127.0.0.1:9000"})
    assert not settings.secure


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().utcoffset() is not None


def test_the_origin_for_certificates_is_https() -> None:
    origin = "https://mtls.id.example:8443"
    settings = load_settings(None, {**ISSUER, "AUTHSVC_MTLS_ISSUER": origin})
    assert settings.mtls_issuer == origin
    for wrong in ("http://127.0.0.1", "https://", f"{origin}/", f"{origin}?x", "mtls.id.example"):
        environment = {**ISSUER, "AUTHSVC_MTLS_ISSUER": wrong}
        with pytest.raises(SettingsInvalid) as caught:
            load_settings(None, environment)
        assert caught.value.field == "mtls_issuer"
