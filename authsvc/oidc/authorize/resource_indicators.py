"""Resource indicators (RFC 8707): the resource servers that tokens are to be for."""

import re
from collections.abc import Sequence

from authsvc.clients import Client
from authsvc.oidc import paths
from authsvc.oidc.authorize.errors import InvalidTarget

# Section 2: an absolute URI (RFC 3986 section 4.3) without fragment.
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]{1,2000}\Z")
# All together, in characters: they stand in every access token, which must fit into a header.
_LONGEST = 4000


def own_resources(issuer: str) -> tuple[str, str]:
    """The two names of the resource that we are ourselves: the issuer, and UserInfo's address."""
    return issuer, issuer + paths.USERINFO


def read_resources(asked: Sequence[str], client: Client, *, issuer: str) -> tuple[str, ...]:
    """The resources, each once; InvalidTarget for one that is no URI or not the client's to ask.

    What we are ourselves is open to everybody. InvalidTarget also for more than a token can carry.
    """
    if sum(map(len, asked)) > _LONGEST:
        raise InvalidTarget("too many resources at once", field="resource")
    for resource in asked:
        if not _ABSOLUTE.match(resource):
            raise InvalidTarget(
                "resource is not an absolute URI without fragment", field="resource"
            )
        if resource not in own_resources(issuer) and resource not in client.resources:
            raise InvalidTarget("the client is not registered for this resource", field="resource")
    return tuple(dict.fromkeys(asked))


def narrowed_resources(asked: Sequence[str], held: tuple[str, ...]) -> tuple[str, ...]:
    """Of what is held, what a token request asks for (section 2.2); InvalidTarget beyond it."""
    if not set(asked) <= set(held):
        raise InvalidTarget("the resource was not granted", field="resource")
    return tuple(resource for resource in held if not asked or resource in asked)
