"""A platform's verifier, for client developers: in the sandbox it stands below `/verifier`.

A real platform runs its own (`authsvc verifier`), elsewhere: the service sees no presentations. In
the sandbox nobody is real, and one process is easier to try things on than two.
"""

from pathlib import Path
from typing import Any

from authsvc.algorithms import ES256
from authsvc.app.house import House
from authsvc.presentation import routes as presentation_routes
from authsvc.presentation.verifier import PlatformVerifier
from authsvc.settings import Settings

BELOW = "/verifier"


def verifier_directory(settings: Settings) -> Path:
    """Where the sandbox's verifier has its keys, and the token of its platform."""
    return settings.data_directory / "verifier"


def verifier_doors(house: House) -> list[Any]:
    """The handlers of the sandbox's verifier; none elsewhere."""
    settings = house.settings
    if not settings.sandbox:
        return []
    verifier = PlatformVerifier.open(
        issuer=settings.issuer,
        address=settings.issuer + BELOW,
        directory=verifier_directory(settings),
        ephemeral=house.ephemeral,
        fetcher=house.fetcher,
        now=house.clock.now(),
        algorithms=tuple(dict.fromkeys((ES256, settings.keys.credential_signing_alg))),
    )
    return [*presentation_routes.routes(verifier=verifier, clock=house.clock, below=BELOW)]
