from authsvc.web.openapi import corrected
from authsvc.web.problems import PROBLEM_JSON

DOCUMENT = {
    "paths": {
        "/one": {
            "post": {
                "responses": {
                    "204": {"description": "done", "content": {"application/json": {}}},
                    "400": {"description": "the framework's own"},
                }
            }
        }
    }
}


def test_refusals_are_ours_and_what_has_no_content_is_said_to_have_none():
    responses = corrected(DOCUMENT)["paths"]["/one"]["post"]["responses"]
    assert set(responses) == {"204", "4XX", "503"}
    assert responses["204"] == {"description": "done"}
    assert responses["4XX"] == {"$ref": "#/components/responses/Problem"}


def test_the_problem_is_described():
    components = corrected(DOCUMENT)["components"]
    [content_type] = components["responses"]["Problem"]["content"]
    assert content_type == PROBLEM_JSON
    assert {"code", "next_step"} <= set(components["schemas"]["Problem"]["required"])


def test_the_frameworks_document_is_left_as_it_was():
    corrected(DOCUMENT)
    assert "400" in DOCUMENT["paths"]["/one"]["post"]["responses"]
    assert "components" not in DOCUMENT
