"""The headers that every answer carries, and those a page adds for itself."""

from collections.abc import Sequence

from authsvc.web.asgi import ASGIApp, Message, Receive, Scope, Send

EncodedPairs = Sequence[tuple[bytes, bytes]]

_ANSWER_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'"
)

# The person's app: modules, a style sheet, a manifest and a worker of our own, and nobody else's.
# No text ever becomes a script (Trusted Types); the worker's address is the one thing it may name.
_APP_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; manifest-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types authsvc-app"
)

# The page of the app in which a certificate is shown to a platform: the one that may speak to
# others, as it alone has to. To all of them, for an address that named the platform would tell the
# service whom somebody is showing it to. Loopback is for a sandbox.
_PRESENTING_POLICY = _APP_POLICY.replace("connect-src 'self'", "connect-src 'self' https:")
_SANDBOX_PRESENTING_POLICY = _PRESENTING_POLICY.replace(
    " https:", " https: http://localhost:* http://127.0.0.1:*"
)

# A worker is held to the policy of its own answer: it fetches from us, and does nothing else.
_WORKER_POLICY = "default-src 'none'; connect-src 'self'"

_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

_EVERY_ANSWER = (
    (b"content-security-policy", _ANSWER_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not `no-referrer`: with it a browser sends `Origin: null` on our own sign-in form.
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"permissions-policy", _PERMISSIONS.encode()),
)

# Two years (RFC 6797). Hosts below the issuer's own are not ours to decide about.
_HSTS = (b"strict-transport-security", b"max-age=63072000")


class SecurityHeaders:
    """ASGI middleware, outermost: adds to every answer what the answer does not say itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._defaults = default_headers(https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the application; its own headers win over ours."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = complete(list(message.get("headers", ())), self._defaults)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def default_headers(*, https: bool) -> EncodedPairs:
    """What every answer carries that does not say it itself."""
    return (*_EVERY_ANSWER, _HSTS) if https else _EVERY_ANSWER


def complete(headers: list[tuple[bytes, bytes]], defaults: EncodedPairs) -> EncodedPairs:
    """The headers of an answer, and the defaults that are not among them."""
    said = {pair[0] for pair in headers}
    headers.extend([pair for pair in defaults if pair[0] not in said])
    return headers


def page_headers(
    *,
    leads_away: bool,
    script_nonce: str | None = None,
    scripts: bool = False,
    frames: Sequence[str] = (),
) -> tuple[tuple[str, str], ...]:
    """The policy of a page. `leads_away` says that its form may end at a platform.

    `frames` are the origins that it may show inside itself.

    A script runs only where it carries `script_nonce` (CSP level 3, section 6.1.11), or where the
    page uses `scripts`: files of our own, that may ask our own APIs. None that came with a value
    ever does.

    NOTE: Chromium applies form-action to every redirect after a POST, also to those the platform
    makes afterwards to hosts we do not know, so a page that leads away cannot name it without
    locking honest people out. And a platform that opened us in a window of its own must find that
    window again, which an opener policy on any page of the way would prevent.
    """
    policy = _PAGE_POLICY
    if script_nonce is not None:
        policy = f"{policy}; script-src 'nonce-{script_nonce}'"
    if scripts:
        policy = f"{policy}; script-src 'self'; connect-src 'self'"
    if frames:
        policy = f"{policy}; frame-src {' '.join(frames)}"
    if leads_away:
        return (("content-security-policy", policy),)
    return (
        ("content-security-policy", f"{policy}; form-action 'self'"),
        ("cross-origin-opener-policy", "same-origin"),
    )


def app_headers() -> tuple[tuple[str, str], ...]:
    """The policy of the page that the person's app is: everything is of this origin, no inline."""
    return (
        ("content-security-policy", _APP_POLICY),
        ("cross-origin-opener-policy", "same-origin"),
    )


def presenting_headers(*, sandbox: bool) -> tuple[tuple[str, str], ...]:
    """The policy of the app's page that speaks to platforms; otherwise as `app_headers`."""
    policy = _SANDBOX_PRESENTING_POLICY if sandbox else _PRESENTING_POLICY
    return (("content-security-policy", policy), *app_headers()[1:])


def scanning_headers() -> tuple[tuple[str, str], ...]:
    """As `app_headers`, for the app's one page that may ask for the camera; it speaks to nobody."""
    allowed = _PERMISSIONS.replace("camera=()", "camera=(self)")
    return (*app_headers(), ("permissions-policy", allowed))


def worker_headers() -> tuple[tuple[str, str], ...]:
    """The policy of the app's service worker."""
    return (("content-security-policy", _WORKER_POLICY),)
