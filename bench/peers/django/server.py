"""What the toolkit is told about clients: which grants they have, and what an ID token says."""

import os
from typing import Any, ClassVar

from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.openid import Server as OpenIDServer

_REFRESHING = f"{os.environ['BENCH_CLIENT_ID']}-refreshing"
_GRANTS = ("authorization_code", "client_credentials", "refresh_token")


class Validator(OAuth2Validator):
    """The toolkit's own, for clients that have more than one grant."""

    # Which scope lets a claim be told; the toolkit leaves out what is not named here.
    oidc_claim_scope: ClassVar = {
        **OAuth2Validator.oidc_claim_scope,
        "acr": "openid",
        "amr": "openid",
    }

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """An application of the toolkit has one grant; the clients of the benchmark have more."""
        if grant_type == "refresh_token":
            return request.client.client_id == _REFRESHING
        return grant_type in _GRANTS

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """How the person signed in."""
        return {"acr": "urn:bench:acr:aal1", "amr": ["pwd"]}


class Server(OpenIDServer):
    """oauthlib's own, which gives refresh tokens only to who is registered for them."""

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs)
        self.openid_connect_auth.register_token_modifier(_only_if_registered)


def _only_if_registered(token: dict[str, Any], _: Any, request: Any) -> dict[str, Any]:
    """The token response, before anything of it is stored."""
    if request.client.client_id != _REFRESHING:
        token.pop("refresh_token", None)
    return token
