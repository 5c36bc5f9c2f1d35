"""What authsvc is measured beside: other providers, and the limit of the machine.

Each peer is started by a command, in a process of its own, and told everything by environment
variables:

BENCH_PORT           where it listens, on 127.0.0.1
BENCH_CLIENT_ID      a confidential client (`client_secret_basic`) for `authorization_code` with
                     PKCE (S256) and for `client_credentials`; a second one, named like the first
                     with "-refreshing" behind it, also gets refresh tokens, which rotate
BENCH_CLIENT_SECRET  the secret of both
BENCH_REDIRECT_URI   where both are sent back to
BENCH_USERNAME       the one person there is
BENCH_PASSWORD       and their password
BENCH_DIRECTORY      an empty folder, for what it keeps

It is ready when `/.well-known/openid-configuration` answers; the addresses of its endpoints stand
there. Sign-in works as in authsvc: follow the redirects, fill the inputs `username` and `password`
where a form has them, send every other input back as it is, and press the button that says
`decision=approve`, until a redirect leads to the client. Whoever keeps the cookies is sent there at
once the next time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from bench import installing

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent


@dataclass(frozen=True)
class Peer:
    """One of them.

    `prepare` installs what it is made of (the argument is a folder for logs), quickly if nothing
    has changed; `command` starts it (the argument is the folder that becomes BENCH_DIRECTORY), in
    any working directory, with `environment` beside the variables above. `why_not` says in words
    why it cannot run on this machine, None if it can. `differs` is what a reader of its numbers
    must know.
    """

    name: str
    title: str
    prepare: Callable[[Path], None]
    command: Callable[[Path], list[str]]
    environment: Mapping[str, str]
    why_not: Callable[[], str | None]
    differs: str
    provider: bool = True
    """whether somebody can sign in; the limit only knows `client_credentials`"""
    pushed_requests: bool = False
    jwt_resource: str = ""
    """`client_credentials` with this `resource` gives a JWT where it else gives an opaque token"""
    opaque_client_credentials: bool = False
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """variables that may be set beside the others, and what they do"""


def _module(python: Path, name: str) -> Callable[[Path], list[str]]:
    return lambda _: [str(python), "-m", f"bench.peers.{name}"]


def _here(**more: str) -> Mapping[str, str]:
    """The environment of a peer in Python: this checkout is where it is imported from."""
    return MappingProxyType({"PYTHONPATH": str(_ROOT), **more})


_PYTHON = installing.PYTHON
_THREADS = MappingProxyType({"BENCH_THREADS": "how many threads its one worker has"})
_DATABASE = MappingProxyType(
    {**_THREADS, "BENCH_POSTGRES_URL": "a database of its own instead of SQLite"}
)
_DJANGO_DIFFERS = (
    "ID tokens are signed with RS256 (it has no ES256), access tokens are opaque rows, subjects "
    "are not pairwise, no PAR; every token and code is a row in SQLite or PostgreSQL"
)

PEERS: tuple[Peer, ...] = (
    Peer(
        name="node",
        title="oidc-provider on Node.js, in memory",
        prepare=installing.node_modules,
        command=lambda _: [str(installing.node()), str(_HERE / "node" / "provider.mjs")],
        environment=MappingProxyType({"NODE_ENV": "production"}),
        why_not=installing.why_not_node,
        differs="everything in memory and lost at its end; no at_hash in ID tokens, no limits on "
        "guessing; opaque access tokens cannot be read by anybody else",
        pushed_requests=True,
        jwt_resource="https://api.bench.example",
        opaque_client_credentials=True,
    ),
    Peer(
        name="django",
        title="django-oauth-toolkit on Django and gunicorn",
        prepare=installing.python_packages,
        command=_module(_PYTHON, "django"),
        environment=_here(BENCH_DJANGO_SECRET="hashed"),  # noqa: S106  how it rests
        why_not=installing.why_not_python,
        differs=f"{_DJANGO_DIFFERS}; a client's secret is hashed like a password, as it comes",
        opaque_client_credentials=True,
        extra=_DATABASE,
    ),
    Peer(
        name="django-clear",
        title="django-oauth-toolkit on Django and gunicorn, client secrets kept in clear",
        prepare=installing.python_packages,
        command=_module(_PYTHON, "django"),
        environment=_here(BENCH_DJANGO_SECRET="clear"),  # noqa: S106  how it rests
        why_not=installing.why_not_python,
        differs=_DJANGO_DIFFERS,
        opaque_client_credentials=True,
        extra=_DATABASE,
    ),
    Peer(
        name="flask",
        title="Authlib on Flask and gunicorn, in memory",
        prepare=installing.python_packages,
        command=_module(_PYTHON, "flask"),
        environment=_here(),
        why_not=installing.why_not_python,
        differs="everything in memory and lost at its end; access tokens of the code flow are "
        "opaque, subjects are not pairwise, no PAR, no ID token when refreshing",
        extra=_THREADS,
    ),
    Peer(
        name="raw",
        title="the limit: parsing and one ES256 signature on granian",
        prepare=installing.python_packages,
        command=_module(_PYTHON, "raw"),
        environment=_here(),
        why_not=lambda: None,
        differs="no provider: no storage, no limits, one client, nothing looked up",
        provider=False,
    ),
)
