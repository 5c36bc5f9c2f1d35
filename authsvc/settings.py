"""Settings: a TOML file, then `AUTHSVC_*` from the environment; unknown keys are refused.

`AUTHSVC_ISSUER=https://id.example` sets `issuer`; a double underscore goes one level down:
`AUTHSVC_THROTTLE__LOCK_SECONDS=60`. A secret may come from a file: `AUTHSVC_REDIS_URL_FILE=path`.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from authsvc.errors import InvalidInput, Text

_PREFIX = "AUTHSVC_"
# Variables of ours that are not settings.
_OTHERS = {"AUTHSVC_CONFIG"}

_DATABASES = ("postgresql+asyncpg://", "sqlite+aiosqlite:///")
_REDISES = ("redis://", "rediss://", "unix://")

Positive = Annotated[int, msgspec.Meta(ge=1)]


class SettingsInvalid(InvalidInput):
    """A setting is unknown, missing or of the wrong kind."""

    code = "settings.invalid"
    title = Text("配置有误", "The settings are not right")
    next_step = Text("请检查标出的配置项", "Check the named setting")


class Throttling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How guessing is slowed down. Limits per person stay on everywhere."""

    # NIST SP 800-63B-4 section 3.2.2 allows at most 100 failures in a row; ours locks after five,
    # for a while only, so that a stranger cannot lock somebody out for good.
    failures_per_person: Positive = 5
    lock_seconds: Positive = 600
    # Of a million codes, so that a day's guessing succeeds once in 20 000 days.
    second_factor_failures_per_day: Positive = 50
    # One address may hide many people (carrier-grade NAT), so its limit is far higher.
    failures_per_address: Positive = 200
    address_window_seconds: Positive = 3600
    # Each waits in memory for ten minutes, with up to 4 kB of what a platform sent along.
    interactions_per_address_per_hour: Positive = 3000


class EnrollmentRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may enroll, how long an enrollment may lie unfinished, and a recovery waits."""

    # A floor of the operator's own. That a guardian applies for who is under 14 and supervises who
    # is under 18 is law (Measures for the national online identity service, article 4), no setting.
    minimum_age: Annotated[int, msgspec.Meta(ge=0)] = 0
    lifetime_hours: Positive = 24
    # login.gov resets an account after one day, in which every address it knows is warned. Another
    # phone waits as long: it, too, is for whoever can object.
    recovery_wait_seconds: Positive = 86400
    # NIST SP 800-63B-4 section 3.1.1.2: eight characters or more beside another factor, fifteen
    # where a password is the only one, which an operator may ask for here.
    password_minimum: Positive = 8
    sms_per_phone_per_hour: Positive = 5
    # One address may hide many people (a service hall, carrier-grade NAT).
    begun_per_address_per_hour: Positive = 200


class Gateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outside helper that is spoken to over HTTPS, or its sandbox form when `url` is empty."""

    url: str = ""
    token: str = ""


class RegisterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document register: by `url`, or embedded (simulated) in `directory`."""

    url: str = ""
    token: str = ""
    directory: Path | None = None
    poll_seconds: Positive = 20


class DepartmentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department that attests attributes: where it is asked, which is its name as an issuer."""

    url: str


class KeyRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How signing keys change: by themselves after some days, or (0) by command only."""

    rotation_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 90
    # Published before it signs: the JWKS may be cached for 15 minutes, every worker looks into the
    # key directory once a minute, and clocks differ. A day is the longest that helps anybody.
    propagation_minutes: Annotated[int, msgspec.Meta(ge=20, le=1440)] = 60
    # Published after it signed: an access token lives for ten minutes; an ID token comes back as a
    # hint for as long as a session lasts, at most twelve hours.
    retention_hours: Annotated[int, msgspec.Meta(ge=1, le=8784)] = 24
    # What credentials and their status lists are signed with. HAIP 1.0 section 7 has ES256 known by
    # everybody; the others ask for wallets and verifiers that know them.
    credential_signing_alg: Literal["ES256", "EdDSA", "SM2"] = "ES256"

    @property
    def propagation(self) -> timedelta:
        """How long a key is published before it signs."""
        return timedelta(minutes=self.propagation_minutes)

    @property
    def retention(self) -> timedelta:
        """How long a key is published after it signed last."""
        return timedelta(hours=self.retention_hours)


class Outgoing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be spoken to when a platform names the address (its keys, its notifications)."""

    # Networks (CIDR, separated by spaces) that are open although they are not public.
    open_networks: str = ""
    # A file of certificate authorities (PEM) that are trusted beside the machine's own. Not called
    # ca_file: in the environment a name that ends in _FILE names the file of a value.
    ca_bundle: str = ""

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `open_networks`; SettingsInvalid if one is none."""
        return _networks(self.open_networks, field="outgoing.open_networks")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    issuer: str
    data_directory: Path = Path("data")
    key_directory: Path = Path("keys")
    database_url: str = ""
    redis_url: str = ""
    # `sandbox` opens the test doors: embedded register, outbox, http on loopback, loose passwords.
    mode: Literal["production", "sandbox"] = "production"
    register: RegisterSettings = RegisterSettings()
    sms: Gateway = Gateway()
    face_match: Gateway = Gateway()
    # By the department's id; in a sandbox that names none they are simulated.
    departments: dict[str, DepartmentSettings] = {}
    throttle: Throttling = Throttling()
    enrollment: EnrollmentRules = EnrollmentRules()
    keys: KeyRules = KeyRules()
    outgoing: Outgoing = Outgoing()
    # Networks of the proxies in front (CIDR, separated by spaces). X-Forwarded-For is believed from
    # them alone.
    trusted_proxies: str = ""
    # The https origin at which the proxy asks clients for certificates (RFC 8705 section 5): apart
    # from the issuer, where browsers would ask people for one. Empty: not announced.
    mtls_issuer: str = ""
    # Argon2id (OWASP password storage cheat sheet): this many hashes at once, 19 MiB each.
    hashing_threads: Positive = 1

    def __post_init__(self) -> None:
        _check_origin(self.issuer, field="issuer")
        if self.mtls_issuer:
            _check_scheme(self.mtls_issuer, field="mtls_issuer", schemes=("https://",))
            _check_origin(self.mtls_issuer, field="mtls_issuer")
        for field, url in (
            ("register.url", self.register.url),
            ("sms.url", self.sms.url),
            ("face_match.url", self.face_match.url),
            *((f"departments.{name}.url", each.url) for name, each in self.departments.items()),
        ):
            if url:
                _check_address(url, field=field)
        for field, token in (
            ("register.token", self.register.token),
            ("sms.token", self.sms.token),
            ("face_match.token", self.face_match.token),
        ):
            # RFC 6750 section 2.1: it travels in a header.
            if not token.isascii() or not token.isprintable() or " " in token:
                raise SettingsInvalid(field=field, log="printable ASCII without spaces")
        _ = self.proxy_networks, self.outgoing.networks
        _check_scheme(self.database_url, field="database_url", schemes=_DATABASES)
        _check_scheme(self.redis_url, field="redis_url", schemes=_REDISES)

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `trusted_proxies`; SettingsInvalid if one is none."""
        return _networks(self.trusted_proxies, field="trusted_proxies")

    @property
    def secure(self) -> bool:
        """Whether people reach us over https."""
        return self.issuer.startswith("https://")

    @property
    def sandbox(self) -> bool:
        """Whether the test doors are open."""
        return self.mode == "sandbox"

    @property
    def database(self) -> str:
        """The database's URL; the embedded default lies in the data directory."""
        path = (self.data_directory / "authsvc.db").absolute()
        return self.database_url or f"sqlite+aiosqlite:///{path}"

    @property
    def register_directory(self) -> Path:
        """Where the embedded, simulated authority keeps its own things."""
        return self.register.directory or self.data_directory / "register"


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from a TOML file (if any) and the environment; SettingsInvalid names the key."""
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise SettingsInvalid(field=str(path), log=f"not TOML: {error}") from None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise SettingsInvalid(field=str(path), log=reason) from None
    for name, value in environment.items():
        if name.startswith(_PREFIX) and name not in _OTHERS and not name.startswith("AUTHSVC_TEST"):
            _overlay(values, name, value)
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(field=_path_of(error), log=_reason_of(error)) from None


def _networks(text: str, *, field: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part) for part in text.split())
    except ValueError:
        raise SettingsInvalid(field=field, log="not a network") from None


def _check_scheme(url: str, *, field: str, schemes: tuple[str, ...]) -> None:
    if url and not url.startswith(schemes):
        raise SettingsInvalid(field=field, log=f"begins with {' or '.join(schemes)}")


def _check_address(url: str, *, field: str) -> None:
    """Personal data and secrets travel over https; http is for loopback."""
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or (
        parts.scheme != "https" and not (parts.scheme == "http" and loopback)
    ):
        raise SettingsInvalid(field=field, log="https, or http on loopback")


def _check_origin(url: str, *, field: str) -> None:
    _check_address(url, field=field)
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or parts.username:
        raise SettingsInvalid(
            field=field, log="scheme, host and port only, without a slash at the end"
        )


def _to_path(wanted: type[Any], value: object) -> Path:
    """A path from its text: the one type of ours that TOML does not know."""
    if wanted is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"expected a {wanted.__name__} as text")


def _overlay(values: dict[str, Any], name: str, value: str) -> None:
    key = name.removeprefix(_PREFIX)
    if key.endswith("_FILE"):
        key = key.removesuffix("_FILE")
        try:
            value = Path(value).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsInvalid(field=name, log=type(error).__name__) from None
    *parents, leaf = key.lower().split("__")
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise SettingsInvalid(field=name, log="not a group of settings")
    values[leaf] = value


def _path_of(error: msgspec.ValidationError) -> str | None:
    """The dotted path that msgspec ends its messages with: "… - at `$.throttle.lock_seconds`"."""
    _, found, path = str(error).rpartition("at `$")
    return path.strip("`.") or None if found else None


def _reason_of(error: msgspec.ValidationError) -> str:
    return str(error).partition(" - at ")[0]
