"""Authorization without a redirect: asked for at one device, decided at another.

In: a device that shows a code (RFC 8628), or a platform that names a person (CIBA 1.0). The request
waits; the person finds it in their own browser, by the code or among their approvals, signs in and
decides. Out: an authorization, for which the client polls at the token endpoint.

Nothing ties the two devices to each other but the person's own eyes (RFC 10027): so every page that
asks says who, from where and since when, and shows the words to compare.
"""
