"""The page that says goodbye, and takes a browser to whatever is still to be visited.

Frames load hidden, and may run their own scripts but open nothing and lead nowhere. A way back is
followed when all have loaded, or after some seconds where there is no script, or by the link.
"""

from collections.abc import Sequence

from authsvc.identifiers import new_token
from authsvc.oidc.logout.frontchannel_logout import Frame
from authsvc.web.http import HTTPResponse, html_response
from authsvc.web.language import Language
from authsvc.web.templates import Templates


class SignedOutPage:
    """Renders it."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def show(self, language: Language) -> HTTPResponse:
        """Says that it is done."""
        html = self._templates.render(
            "signed_out.html", language=language, client_name=None, return_to=None
        )
        return html_response(200, html)

    def visit(
        self,
        language: Language,
        frames: Sequence[Frame],
        *,
        return_to: str | None,
        client_name: str | None,
    ) -> HTTPResponse:
        """The same with frames; `return_to` is registered for the client of this name."""
        nonce = new_token(16)
        html = self._templates.render(
            "signed_out_frames.html",
            language=language,
            frames=[frame.uri for frame in frames],
            return_to=return_to,
            client_name=client_name,
            nonce=nonce,
        )
        return html_response(
            200,
            html,
            leads_away=return_to is not None,
            script_nonce=None if return_to is None else nonce,
            frames=tuple(dict.fromkeys(frame.origin for frame in frames)),
        )
