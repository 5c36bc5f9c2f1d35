"""An authorization request (OpenID Connect Core 3.1.2.1), after everything in it was checked.

It rests sealed: under a reference while it is pushed, under an interaction while a person decides.
"""

from typing import Any

import msgspec

from authsvc.oidc.claims.known_claims import consented_names

PROMPTS = ("none", "login", "consent", "select_account")

# In octets. RFC 9112 section 3 wants request lines of 8000 octets understood.
LONGEST_STATE = 4000


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client asks for. All of it has been checked.

    `acr_values` are the levels wished for, best first; `essential_acr` says that nothing else will
    do (OpenID Connect Core 5.5.1.1). `claims`, `details` and `resources` are as in `Authorization`;
    `dpop_jkt` is the key that the code is to be bound to (RFC 9449 section 10). `pushed_as` is the
    reference of a pushed request (RFC 9126). `response_mode` is None for the usual one.
    """

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    asks_auth_time: bool = False
    hinted_subject: str | None = None
    login_hint: str | None = None
    ui_locales: str | None = None
    response_mode: str | None = None
    acr_values: tuple[str, ...] = ()
    essential_acr: bool = False
    claims: dict[str, dict[str, Any]] | None = None
    details: tuple[dict[str, Any], ...] = ()
    resources: tuple[str, ...] = ()
    dpop_jkt: str | None = None
    pushed_as: str | None = None

    @property
    def claim_names(self) -> tuple[str, ...]:
        """The single claims that the person must consent to."""
        return consented_names(self.claims)

    @property
    def silent(self) -> bool:
        """Whether no page may be shown."""
        return "none" in self.prompts

    @property
    def wants_fresh_sign_in(self) -> bool:
        """Whether the person must sign in again, however recently they did."""
        return "login" in self.prompts or "select_account" in self.prompts or self.max_age == 0

    @property
    def takes_another_device(self) -> bool:
        """Whether a sign-in that was made on another device may answer it.

        Such a sign-in is not fresh. And it must be for a platform: pages of our own are looked at
        where the person is signed in already.
        """
        return bool(self.redirect_uri) and not self.wants_fresh_sign_in and self.max_age is None
