"""All signing keys of one purpose, each in its stage, and the JWK Set that publishes them.

A file `keys/<purpose>/<alg>-<n>.pem` is one key: `oidc` signs tokens, `credential` what wallets
hold. What is read stays in memory: nothing here but `reload`
touches a file, and a reload that fails leaves everything as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from authsvc.keyring.directory import KeyDirectory
from authsvc.keyring.errors import KeyRingBroken
from authsvc.keyring.signing import ALGORITHMS, CREDENTIAL_ALGORITHMS, SigningKey
from authsvc.keyring.stages import KeyFile, KeyStage, Span, Stage, described, lives

PURPOSE = "oidc"
CREDENTIAL = "credential"

_BY_PREFIX = {alg.lower(): alg for alg in (*ALGORITHMS, *CREDENTIAL_ALGORITHMS)}


@dataclass(frozen=True)
class _Timetable:
    """One reading of the directory. It is replaced as a whole, so readers need no lock."""

    by_alg: Mapping[str, tuple[Span, ...]]
    by_kid: Mapping[str, Span]


class SigningKeys:
    """The keys of a directory. `retention` is how long a key is published after it signed last.

    `algorithms` may sign, and have keys in the directory or not; of `required` there must be one.
    """

    def __init__(
        self,
        directory: KeyDirectory,
        *,
        retention: timedelta,
        purpose: str = PURPOSE,
        algorithms: tuple[str, ...] = ALGORITHMS,
        required: tuple[str, ...],
    ) -> None:
        self.purpose = purpose
        self._directory = directory
        self._may_sign = algorithms
        self._required = required
        self._retention = retention
        self._files: dict[str, KeyFile] = {}
        self._timetable = self._read()

    def reload(self) -> None:
        """Reads the directory again; KeyRingBroken if it cannot be used, and nothing changes."""
        self._timetable = self._read()

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms that we can sign with."""
        return tuple(self._timetable.by_alg)

    def current(self, alg: str, *, now: datetime) -> SigningKey:
        """The key that signs with `alg` now; KeyRingBroken if there is none."""
        for span in reversed(self._timetable.by_alg.get(alg, ())):
            if span.begins <= now:
                return span.file.key
        raise KeyRingBroken(log=f"no signing key for {alg}")

    def has_begun(self, alg: str, *, now: datetime) -> bool:
        """Whether a key of `alg` was there, by the date in its file, to sign at this moment."""
        return any(span.file.begins <= now for span in self._timetable.by_alg.get(alg, ()))

    def find(self, kid: str, *, now: datetime) -> SigningKey | None:
        """The published key with this `kid`: next, current or previous."""
        span = self._timetable.by_kid.get(kid)
        if span is None or span.stage(now) is Stage.RETIRED:
            return None
        return span.file.key

    def published(self, *, now: datetime) -> tuple[SigningKey, ...]:
        """Every key that the JWK Set has now."""
        return tuple(
            span.file.key
            for span in self._timetable.by_kid.values()
            if span.stage(now) is not Stage.RETIRED
        )

    def public_jwks(self, *, now: datetime) -> dict[str, list[dict[str, str]]]:
        """The JWK Set (RFC 7517 section 5) of the public halves."""
        return {"keys": [dict(key.public_jwk) for key in self.published(now=now)]}

    def stages(self, *, now: datetime) -> list[KeyStage]:
        """Every key of the directory, retired ones included, in the order in which they sign."""
        return [described(span, now=now) for span in self._timetable.by_kid.values()]

    def _read(self) -> _Timetable:
        names = self._directory.names(self.purpose, ".pem")
        # A key file is written once and never again, so one that is known need not be read.
        known = ((name, self._files.get(name) or self._load(name)) for name in names)
        files = {name: file for name, file in known if file is not None}
        by_alg = {
            alg: lives(keys, retention=self._retention)
            for alg in self._may_sign
            if (keys := [file for file in files.values() if file.alg == alg])
        }
        if missing := set(self._required) - by_alg.keys():
            named = ", ".join(sorted(missing))
            raise KeyRingBroken(log=f"no signing key for {named} in {self.purpose}")
        spans = [span for keys in by_alg.values() for span in keys]
        by_kid = {span.file.key.kid: span for span in spans}
        if len(by_kid) < len(spans):
            raise KeyRingBroken(log=f"two files in {self.purpose} hold the same key")
        self._files = files
        return _Timetable(by_alg, by_kid)

    def _load(self, name: str) -> KeyFile | None:
        prefix, _, number = name.partition("-")
        alg = _BY_PREFIX.get(prefix)
        if alg is None or alg not in self._may_sign or not number.isdecimal():
            raise KeyRingBroken(log=f"{self.purpose}/{name}.pem is not named for an algorithm")
        try:
            key, signs_from = self._directory.dated_private_key(self.purpose, name)
        except KeyRingBroken:
            if name in self._directory.names(self.purpose, ".pem"):
                raise
            return None  # Destroyed by another process since its name was read.
        return KeyFile(alg, int(number), SigningKey(key, alg=alg), signs_from)


def file_name(alg: str, number: int) -> str:
    """The name of a key file, without its suffix."""
    return f"{alg.lower()}-{number}"
