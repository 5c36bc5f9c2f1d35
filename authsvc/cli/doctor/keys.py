"""The signing keys: is each of age, and does one come after it?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from authsvc.cli.doctor.finding import Finding, broken, good, weak
from authsvc.keyring import KeyRing
from authsvc.keyring.signing import ALGORITHMS
from authsvc.keyring.signing_keys import CREDENTIAL, PURPOSE
from authsvc.keyring.stages import Stage
from authsvc.settings import Settings

# A key that nobody rotated for a year is one that nobody looks after.
_NEGLECTED = timedelta(days=365)


def look_at_keys(settings: Settings, keyring: KeyRing, *, now: datetime) -> Iterator[Finding]:
    """Findings about each algorithm's current key, and about what is trusted."""
    for purpose, about in ((PURPOSE, "key"), (CREDENTIAL, "key of credentials")):
        stages = keyring.signers(purpose).stages(now=now)
        waiting = {key.alg for key in stages if key.stage is Stage.NEXT}
        for key in stages:
            if key.stage is not Stage.CURRENT:
                continue
            age = None if key.signs_from is None else now - key.signs_from
            says = "no date" if age is None else f"has been signing for {max(age.days, 0)} days"
            says += ", and the next one is published" if key.alg in waiting else ""
            yield from _age(f"{about} {key.alg}", says, age, settings)
    for alg in sorted(set(ALGORITHMS) - set(keyring.signing.algorithms)):
        yield weak(f"key {alg}", "missing: clients cannot register for it", "authsvc keys init")
    for purpose, without in (
        ("document-anchors", "no document can be proved"),
        ("register-anchors", "no push of the register is believed"),
    ):
        count = len(keyring.directory.certificates(purpose))
        if count or settings.sandbox:
            yield good(purpose, f"{count} trusted" if count else "the sandbox brings its own")
        else:
            yield broken(
                purpose,
                f"empty: {without}",
                f"Put certificates (*.crt) into {settings.key_directory / purpose}",
            )


def _age(about: str, says: str, age: timedelta | None, settings: Settings) -> Iterator[Finding]:
    days = settings.keys.rotation_days
    late = timedelta(days=days + 2) if days else _NEGLECTED
    if age is not None and age > late:
        yield weak(about, f"{says}: past its time", "authsvc keys rotate, or see why none was made")
    else:
        yield good(about, says)
