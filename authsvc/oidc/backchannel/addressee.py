"""Whom does a CIBA request mean? A hint goes in, a person comes out, or nobody, alike.

`login_hint` is the name that a person signs in with; `id_token_hint` is an ID token that this
client was given. A hint that names nobody is not told from one that does (section 13 has
unknown_user_id for that, which would make this endpoint a telephone book): the request waits, and
nobody sees it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authsvc.authentication.credentials import Credentials
from authsvc.clients import Client
from authsvc.identifiers import b64url
from authsvc.oidc.errors import InvalidRequest
from authsvc.oidc.token.id_token import IDTokens
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, Subscribers, SubscriberStatus

# Nobody's id (RFC 9562 section 5.9): what is looked up where nobody is known.
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Addressee:
    """Who is meant. `key` stands for them in lists, also where nobody is meant; `hint` for how.

    Two hints differ, whether or not they mean one person.
    """

    key: str
    hint: str
    subscriber_id: UUID | None


class Addressees:
    """Finds people by hints."""

    def __init__(
        self,
        *,
        database: Database,
        credentials: Credentials,
        subscribers: Subscribers,
        id_tokens: IDTokens,
    ) -> None:
        self._database = database
        self._credentials = credentials
        self._subscribers = subscribers
        self._id_tokens = id_tokens

    async def by_name(self, sign_in_name: str) -> Addressee:
        """Who signs in with this name; as many statements for nobody as for anybody."""
        digest = self._credentials.name_digest(sign_in_name)
        async with self._database.reading() as tx:
            credential = await self._credentials.find_password(tx, digest)
            named = _NOBODY if credential is None else credential.subscriber_id
            subscriber = await self._subscribers.find(tx, named)
        return _addressee(subscriber, hint=f"name {b64url(digest)}")

    async def by_id_token(self, token: str, client: Client, *, now: datetime) -> Addressee:
        """Whom an ID token of this client speaks of; InvalidRequest if it is not one."""
        try:
            hint = self._id_tokens.read_hint(token, now=now)
        except ValueError:
            raise InvalidRequest("id_token_hint is not ours", field="id_token_hint") from None
        if hint.client_id != client.client_id:
            raise InvalidRequest("id_token_hint is for another client", field="id_token_hint")
        if hint.subscriber_id is None:
            raise InvalidRequest("id_token_hint cannot be used here", field="id_token_hint")
        async with self._database.reading() as tx:
            subscriber = await self._subscribers.find(tx, hint.subscriber_id)
        return _addressee(subscriber, hint=f"subject {hint.subject}")


def _addressee(subscriber: Subscriber | None, *, hint: str) -> Addressee:
    if subscriber is None or subscriber.status is not SubscriberStatus.ACTIVE:
        return Addressee(hint, hint, None)
    return Addressee(person_key(subscriber.id), hint, subscriber.id)


def person_key(subscriber_id: UUID) -> str:
    """What stands for a person whom we know."""
    return str(subscriber_id)
