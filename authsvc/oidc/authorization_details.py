"""Rich authorization requests (RFC 9396): a person allows one act, not a range of them.

    identity_check   a platform may rely once, for one stated purpose, on who the person is
    service_case     a government service hall may do one thing in one case of the person
    attribute_query  a platform may ask one department something of the person, once
    openid_credential   a wallet may fetch certificates of one kind (OpenID4VCI 1.0, section 5.1.1)

The first two are done once. The last one lasts: a wallet fetches again for as long as its refresh
token is good (section 6), and says so or asks for fewer kinds.

Each type is a Struct that says in one sentence what the person is asked, and refuses what it does
not know (section 5); only of the last one wallets may say more than is understood, for so its
specification has it. What is kept is what was read, never what was sent.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from authsvc.attributes import DEPARTMENTS, PURPOSES
from authsvc.clients import Client
from authsvc.clients.client import AttributeRight
from authsvc.clients.metadata_attributes import is_sensitive
from authsvc.errors import Text
from authsvc.oidc.authorize.errors import InvalidAuthorizationDetails
from authsvc.oidc.certificate_words import SENTENCES

# A page that asks for more than a handful of things is not read.
_MOST = 5
_LONGEST = 8192

# An hour is enough for a counter or a call; a purpose that lasts longer wants a scope.
_Seconds = Annotated[int, msgspec.Meta(ge=60, le=3600)]
_Purpose = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
_CaseID = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,63}\Z")]


class IdentityCheck(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="identity_check"
):
    """`purpose` in words for the person; `valid_for` seconds after the consent."""

    purpose: _Purpose
    valid_for: _Seconds = 300

    def __post_init__(self) -> None:
        # Also refuses the marks that turn the direction of writing.
        if not self.purpose.isprintable():
            raise ValueError("a purpose of printable characters")

    @property
    def sentence(self) -> Text:
        """What the person is asked."""
        minutes = -(-self.valid_for // 60)
        return Text(
            f"一次性核验您的身份，用途：{self.purpose}（{minutes} 分钟内有效）",
            f"verify you once, for: {self.purpose} (good for {minutes} min)",
        )


class ServiceCase(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="service_case"
):
    """One act (`action`) in the case that the hall knows as `case_id`."""

    case_id: _CaseID
    action: Literal["submit", "consult", "sign", "withdraw"]

    _ACTIONS: ClassVar[Mapping[str, Text]] = {
        "submit": Text("提交", "submit"),
        "consult": Text("查询", "consult"),
        "sign": Text("签署", "sign"),
        "withdraw": Text("撤回", "withdraw"),
    }

    @property
    def sentence(self) -> Text:
        """What the person is asked."""
        action = self._ACTIONS[self.action]
        return Text(f"{action.zh}办件 {self.case_id}", f"{action.en} your case {self.case_id}")


class AttributeQuery(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="attribute_query"
):
    """One question to one department (docs/departments.md).

    `legal_basis` is that of the client's registration, whether or not the request repeats it.
    """

    department: str
    attributes: tuple[str, ...]
    purpose: str
    legal_basis: str = ""

    def __post_init__(self) -> None:
        kind = DEPARTMENTS.get(self.department)
        if kind is None or self.purpose not in PURPOSES:
            raise ValueError("a department and a purpose that there are")
        names = set(self.attributes)
        if not 0 < len(names) == len(self.attributes) or not names <= set(kind.attributes):
            raise ValueError("attributes of that department, each once")

    @property
    def is_sensitive(self) -> bool:
        """Whether the person is asked by itself."""
        return any(is_sensitive(self.department, name) for name in self.attributes)

    def right(self, client: Client) -> AttributeRight | None:
        """What lets the client ask this; None if nothing does."""
        for right in client.attribute_queries:
            asked_here = (right.department, right.purpose) == (self.department, self.purpose)
            same_law = self.legal_basis in ("", right.legal_basis)
            if asked_here and same_law and set(self.attributes) <= set(right.attributes):
                return right
        return None

    @property
    def sentence(self) -> Text:
        """What the person is asked."""
        kind = DEPARTMENTS[self.department]
        texts = [kind.attributes[name].text for name in self.attributes]
        purpose, law = PURPOSES[self.purpose], self.legal_basis
        return Text(
            f"向{kind.text.zh}查询：{'、'.join(text.zh for text in texts)}"
            f"（用途：{purpose.zh}；法律依据：{law}）",
            f"ask {kind.text.en}: {'; '.join(text.en for text in texts)}"
            f" (for: {purpose.en}; legal basis: {law})",
        )


class OpenIDCredential(msgspec.Struct, frozen=True, tag_field="type", tag="openid_credential"):
    """Certificates of one kind. Which claims of them are shown the wallet decides, not we."""

    credential_configuration_id: str

    def __post_init__(self) -> None:
        if self.credential_configuration_id not in SENTENCES:
            raise ValueError("a kind of certificate that there is")

    @property
    def sentence(self) -> Text:
        """What the person is asked."""
        return SENTENCES[self.credential_configuration_id]


Detail = IdentityCheck | ServiceCase | AttributeQuery | OpenIDCredential

CREDENTIAL = "openid_credential"
ATTRIBUTES = "attribute_query"
TYPES = ("identity_check", "service_case", ATTRIBUTES, CREDENTIAL)


def read_details(text: str | None, client: Client) -> tuple[dict[str, Any], ...]:
    """What the parameter `authorization_details` asks for; InvalidAuthorizationDetails."""
    if text is None:
        return ()
    if len(text) > _LONGEST:
        raise _refusal("authorization_details is too long")
    try:
        details = msgspec.json.decode(text, type=list[Detail])
    except (msgspec.DecodeError, RecursionError):
        raise _refusal("authorization_details has an unknown type or member") from None
    if not 0 < len(details) <= _MOST:
        raise _refusal(f"authorization_details has between 1 and {_MOST} elements")
    kept: tuple[dict[str, Any], ...] = tuple(
        msgspec.to_builtins(_with_law(each, client)) for each in details
    )
    if any(each["type"] not in client.authorization_details_types for each in kept):
        raise _refusal("the client is not registered for this type")
    if not set(configurations(kept)) <= set(client.scopes):
        raise _refusal("the client is not registered for this kind of certificate")
    return kept


def configurations(details: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """The kinds of certificates among what was granted, each once."""
    return tuple(
        dict.fromkeys(
            each["credential_configuration_id"] for each in details if each["type"] == CREDENTIAL
        )
    )


def lasting(details: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """What a refreshed token has of what was granted: kinds of certificates, and no single act."""
    return tuple(each for each in details if each["type"] == CREDENTIAL)


def narrowed(
    requested: str | None, held: tuple[dict[str, Any], ...], client: Client
) -> tuple[dict[str, Any], ...]:
    """What a refreshed token has of what is held: all, or what is asked for of it (section 6.1).

    What the client is no longer registered for is left out. InvalidAuthorizationDetails for more
    than is held.
    """
    registered = CREDENTIAL in client.authorization_details_types
    good = tuple(
        each for each in held if registered and each["credential_configuration_id"] in client.scopes
    )
    asked = read_details(requested, client)
    if any(each not in good for each in asked):
        raise _refusal("authorization_details exceeds what was granted")
    return asked or good


def sentences(details: tuple[dict[str, Any], ...]) -> list[Text]:
    """What each of them asks of the person, in the order asked."""
    return [each.sentence for each in msgspec.convert(details, list[Detail])]


def attribute_queries(details: tuple[dict[str, Any], ...]) -> tuple[AttributeQuery, ...]:
    """The questions to departments among what was granted."""
    return tuple(
        msgspec.convert(each, AttributeQuery) for each in details if each["type"] == ATTRIBUTES
    )


def _with_law(detail: Detail, client: Client) -> Detail:
    """A question to a department with the law of the registration that allows it."""
    if not isinstance(detail, AttributeQuery):
        return detail
    right = detail.right(client)
    if right is None:
        raise _refusal("the client is not registered to ask this")
    return msgspec.structs.replace(detail, legal_basis=right.legal_basis)


def _refusal(what: str) -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(what, field="authorization_details")
