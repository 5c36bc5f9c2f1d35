import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.web.language import MAX_LENGTH, choose_language

HEADERS = {
    "nothing": (None, "zh"),
    "empty": ("", "zh"),
    "English": ("en", "en"),
    "British English": ("en-GB", "en"),
    "Chinese of Taiwan": ("zh-Hant-TW", "zh"),
    "French, then English": ("fr-FR, en;q=0.8", "en"),
    "French, then Chinese": ("fr, zh;q=0.1", "zh"),
    "only French": ("fr", "en"),
    "anything": ("*", "zh"),
    "French, then anything": ("fr, *;q=0.1", "zh"),
    "English above Chinese by weight": ("zh;q=0.5, en;q=0.9", "en"),
    "equal weights in order": ("en;q=0.5, zh;q=0.5", "en"),
    "English refused": ("en;q=0, zh;q=0.1", "zh"),
    "a weight of nonsense": ("en;q=2, zh", "zh"),
    "a language that only begins like ours": ("eng", "en"),
    "nonsense": ("<script>", "zh"),
    "too long": ("en," + "x" * MAX_LENGTH, "zh"),
    "the wish after the last one read": (",".join(["fr"] * 40 + ["zh"]), "en"),
}


@pytest.mark.parametrize(("header", "language"), HEADERS.values(), ids=HEADERS)
def test_the_header_chooses(header: str | None, language: str):
    assert choose_language(accept_language=header) == language


def test_ui_locales_go_before_the_header():
    assert choose_language(ui_locales="fr zh-CN", accept_language="en") == "zh"
    assert choose_language(ui_locales="EN", accept_language="zh") == "en"


def test_ui_locales_that_are_not_ours_leave_it_to_the_header():
    assert choose_language(ui_locales="fr de", accept_language="en") == "en"
    assert choose_language(ui_locales="en " * MAX_LENGTH, accept_language="zh") == "zh"


@given(st.text(), st.text())
def test_whatever_comes_there_is_a_language(ui_locales: str, header: str):
    assert choose_language(ui_locales=ui_locales, accept_language=header) in {"zh", "en"}
