"""What the settings say: the issuer, the proxies in front, the mode."""

from collections.abc import Iterator

from authsvc.cli.doctor.finding import Finding, broken, good, weak
from authsvc.settings import Settings


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """Findings about the settings alone."""
    if settings.secure:
        yield good("issuer", settings.issuer)
    elif settings.sandbox:
        yield weak("issuer", f"{settings.issuer}: http, in a sandbox", "Use https for real people")
    else:
        yield broken("issuer", f"{settings.issuer}: http", "Put a TLS proxy in front, use https")
    if settings.sandbox:
        yield weak("mode", "sandbox: the test doors are open", 'Set mode = "production"')
    else:
        yield good("mode", "production")
    yield _proxies(settings)


def _proxies(settings: Settings) -> Finding:
    """This server speaks no TLS itself, so that behind https there is always a proxy."""
    networks = settings.proxy_networks
    if networks:
        return good("trusted_proxies", " ".join(map(str, networks)))
    if settings.secure:
        return broken(
            "trusted_proxies",
            "none: everybody seems to come from the proxy's address",
            "Name the networks of the proxies, so that limits per address mean people",
        )
    return good("trusted_proxies", "none, and none needed")
