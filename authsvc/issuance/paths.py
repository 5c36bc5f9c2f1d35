"""Where the endpoints live, below the issuer."""

METADATA = "/.well-known/openid-credential-issuer"
CREDENTIAL = "/credentials"
NONCE = CREDENTIAL + "/nonce"
DEFERRED = CREDENTIAL + "/deferred"
NOTIFICATION = CREDENTIAL + "/notification"
OFFERS = CREDENTIAL + "/offers"
PLATFORMS = CREDENTIAL + "/platforms"
