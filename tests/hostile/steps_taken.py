"""What was really done, as records: by whom, in which browser, for which platform.

`skipped_steps.World` writes them, and asks them whether an answer of the service is justified.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.authentication.makers import COOKIE
from tests.oidc.makers import Request

SESSION = f"__Host-{COOKIE}"
TOTP = {
    "li": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "chen": "KRSXG5CTMVRXEZLUKN2HE2LOM4WTCMRT",
}
PEOPLE = ("zhang", *TOTP)
CLIENTS = ("platform-a", "platform-b", "spa")
# How old, in seconds, a sign-in may be of whoever sets up their first second factor.
FRESH_FOR = 300
CODE_LIVES, TOKEN_LIVES, SESSION_LIVES = (
    timedelta(seconds=60),
    timedelta(minutes=10),
    timedelta(hours=12),
)


@dataclass
class Session:
    """A browser that somebody signed in to, with every factor they have, or by a passkey."""

    person: str
    opened: datetime
    strong: bool


@dataclass
class Visit:
    """An open request, and what was done in it."""

    url: str
    request: Request
    browser: int
    password_of: str | None = None
    session: str | None = None
    open: bool = True

    @property
    def client(self) -> str:
        """Whose request."""
        return self.request.parameters["client_id"]


@dataclass
class Family:
    """One authorization, and everything that came of it."""

    person: str
    request: Request
    at: datetime
    code: str
    strong: bool
    redeemed: bool = False
    dead: bool = False
    # Something happened of which it may have died: nothing is demanded of it any more.
    unsure: bool = False
    refresh_tokens: list[str] = field(default_factory=list)

    @property
    def client(self) -> str:
        """Whose."""
        return self.request.parameters["client_id"]

    @property
    def scopes(self) -> set[str]:
        """What was asked for; all clients here may have all of it."""
        return set(self.request.parameters["scope"].split())


@dataclass
class Access:
    """An access token."""

    token: str
    family: Family
    scopes: set[str]
    at: datetime
    revoked: bool = False
