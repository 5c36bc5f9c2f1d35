"""Where the endpoints live, below the issuer."""

AUTHORIZE = "/authorize"
PUSHED_AUTHORIZATION_REQUEST = "/par"
INTERACTION = "/interaction"
# Below an interaction: where its computer waits for a phone, and asks whether it must yet.
PHONE = "/phone"
PHONE_STATE = PHONE + "/state"
LINK = "/link"
DEVICE_AUTHORIZATION = "/device_authorization"
DEVICE = "/device"
BACKCHANNEL_AUTHENTICATION = "/backchannel_authentication"
APPROVALS = "/approvals"
TOKEN = "/token"  # noqa: S105  an address
USERINFO = "/userinfo"
INTROSPECT = "/introspect"
REVOKE = "/revoke"
END_SESSION = "/end-session"
REGISTER = "/register"
JWKS = "/jwks"
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"
USERINFO_RESOURCE = PROTECTED_RESOURCE + USERINFO
