"""The JSON APIs described (OpenAPI 3.1), at /openapi/openapi.json; no page that loads scripts."""

import copy
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from authsvc import __version__
from authsvc.web.problems import PROBLEM_JSON, Problem

_SCHEMAS = "#/components/schemas/{name}"
_PROBLEM = {"$ref": "#/components/responses/Problem"}
# Any request may be refused, and any told to wait while a store is away.
_REFUSALS = {"4XX": _PROBLEM, "503": _PROBLEM}


def openapi_config(*, bearer: str) -> OpenAPIConfig:
    """The configuration for Litestar; `bearer` names the scheme of APIs that take a token."""
    scheme = SecurityScheme(type="http", scheme="bearer")
    return OpenAPIConfig(
        title="authsvc",
        version=__version__,
        path="/openapi",
        # NOTE: an empty list would mean the framework's own choice, script pages included.
        render_plugins=[_AsItIs()],
        components=Components(security_schemes={bearer: scheme}),
    )


class _AsItIs(JsonRenderPlugin):
    """The framework's document, corrected where it knows less of the answers than we do."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return super().render(request, corrected(openapi_schema))


def corrected(document: dict[str, Any]) -> dict[str, Any]:
    """The document: every refusal is a problem document (RFC 9457), and 204 has no content."""
    described = copy.deepcopy(document)
    (reference,), schemas = msgspec.json.schema_components([Problem], ref_template=_SCHEMAS)
    components = described.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas)
    components["responses"] = {
        "Problem": {
            "description": "What is wrong, and what to do next",
            "content": {PROBLEM_JSON: {"schema": reference}},
        }
    }
    for item in described["paths"].values():
        for operation in item.values():
            responses = operation["responses"]
            # What the framework says of 400 is its own way of refusing.
            responses.pop("400", None)
            responses.update(_REFUSALS)
            responses.get("204", {}).pop("content", None)
    return described
