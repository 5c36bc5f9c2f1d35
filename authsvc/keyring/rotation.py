"""How signing keys follow each other: by schedule, by command, and at once when one has leaked.

Whoever makes a key names its file by the reading of the directory that showed the need, and the
directory lets one file of a name appear. So two that see the same need end with one key.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog

from authsvc.keyring.keyring import SIGNING, KeyRing
from authsvc.keyring.signing import new_private_key
from authsvc.keyring.signing_keys import PURPOSE, SigningKeys, file_name
from authsvc.keyring.stages import KeyStage, Stage

log = structlog.get_logger()


def tend(keyring: KeyRing, *, now: datetime) -> None:
    """One turn of a running service, for each purpose: sees what others did, does what is due.

    Files are read and RSA keys made, so it belongs in a thread. Under a schedule it also destroys
    what has retired; without one the service never writes here. KeyRingBroken if it cannot.
    """
    for purpose in SIGNING:
        keyring.signers(purpose).reload()
        for made in rotate_if_due(keyring, purpose=purpose, now=now):
            log.info("signing_key_made", algorithm=made.alg, kid=made.kid)
        if keyring.rules.rotation_days:
            for gone in destroy_retired(keyring, purpose=purpose, now=now):
                log.info("signing_key_destroyed", algorithm=gone.alg, kid=gone.kid)


def rotate_if_due(keyring: KeyRing, *, purpose: str = PURPOSE, now: datetime) -> list[KeyStage]:
    """Makes the next key of every algorithm whose current key is old enough; what was made."""
    every = timedelta(days=keyring.rules.rotation_days)
    if not every:
        return []
    signers = keyring.signers(purpose)
    signers.reload()
    made = []
    for alg in signers.algorithms:
        keys = _keys_of(signers, alg, now)
        if _is_due(keys, now - every) and (key := _make(keyring, signers, alg, keys, now=now)):
            made.append(key)
    return made


def rotate(keyring: KeyRing, alg: str, *, purpose: str = PURPOSE, now: datetime) -> KeyStage:
    """The next key of an algorithm: the one that waits already, or one that is made now."""
    signers = keyring.signers(purpose)
    while True:
        signers.reload()
        keys = _keys_of(signers, alg, now)
        waiting = next((key for key in keys if key.stage is Stage.NEXT), None)
        if key := waiting or _make(keyring, signers, alg, keys, now=now):
            return key


def replace_at_once(
    keyring: KeyRing, alg: str, *, purpose: str = PURPOSE, revoke: bool, now: datetime
) -> KeyStage:
    """Makes a key that signs from this moment, before any cache can know it.

    With `revoke` every other key of the algorithm is destroyed, the waiting one included: what they
    signed stops verifying. A running service follows within a minute.
    """
    signers = keyring.signers(purpose)
    signers.reload()
    made = None
    while made is None:  # Again, if another process took the number.
        known = _keys_of(signers, alg, now)
        made = _make(keyring, signers, alg, known, signs_from=now, now=now)
    if revoke:
        others = [key for key in _keys_of(signers, alg, now) if key.kid != made.kid]
        _destroy(keyring, signers, others)
    return made


def destroy_retired(keyring: KeyRing, *, purpose: str = PURPOSE, now: datetime) -> list[KeyStage]:
    """Destroys the files of the keys that are published no longer; which they were."""
    signers = keyring.signers(purpose)
    retired = [key for key in signers.stages(now=now) if key.stage is Stage.RETIRED]
    _destroy(keyring, signers, retired)
    return retired


def _keys_of(signers: SigningKeys, alg: str, now: datetime) -> list[KeyStage]:
    return [key for key in signers.stages(now=now) if key.alg == alg]


def _is_due(keys: list[KeyStage], made_before: datetime) -> bool:
    if any(key.stage is Stage.NEXT for key in keys):
        return False
    return any(
        key.signs_from is None or key.signs_from <= made_before
        for key in keys
        if key.stage is Stage.CURRENT
    )


def _make(
    keyring: KeyRing,
    signers: SigningKeys,
    alg: str,
    known: list[KeyStage],
    *,
    signs_from: datetime | None = None,
    now: datetime,
) -> KeyStage | None:
    """The key that follows the `known` ones, or None.

    None if another process was first, or has destroyed it since.
    """
    number = max((key.number for key in known), default=0) + 1
    made = keyring.directory.create_private_key(
        signers.purpose,
        file_name(alg, number),
        partial(new_private_key, alg),
        signs_from=signs_from or now + keyring.rules.propagation,
    )
    signers.reload()
    found = (key for key in _keys_of(signers, alg, now) if made and key.number == number)
    return next(found, None)


def _destroy(keyring: KeyRing, signers: SigningKeys, keys: list[KeyStage]) -> None:
    for key in keys:
        keyring.directory.destroy_private_key(signers.purpose, file_name(key.alg, key.number))
    signers.reload()
