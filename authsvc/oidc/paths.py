"""Where the endpoints live, below the issuer."""

AUTHORIZE = "/authorize"
INTERACTION = "/interaction"
TOKEN = "/token"  # noqa: S105  an address
USERINFO = "/userinfo"
INTROSPECT = "/introspect"
REVOKE = "/revoke"
END_SESSION = "/end-session"
JWKS = "/jwks"
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
