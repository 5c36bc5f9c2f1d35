"""What a certificate rests on that a department attests: asked when the wallet fetches it.

It is the person who asks, about themselves (Personal Information Protection Law, article 45), so
the department learns of no platform at all: which one is shown the certificate, and when, neither
it nor we ever know.
"""

from calendar import monthrange
from datetime import date, datetime

from authsvc.attributes import AttributeQuery, Department, Departments
from authsvc.attributes.catalogue import OWN_CERTIFICATE, THE_PERSON
from authsvc.certificates.credentials import CredentialKind
from authsvc.identifiers import new_token
from authsvc.issuance.errors import CredentialRequestDenied
from authsvc.issuance.statements import DepartmentStatement, is_guarded
from authsvc.oidc.errors import InvalidToken
from authsvc.oidc.token.access_token import AccessToken
from authsvc.storage import Database
from authsvc.subscribers import Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry

LAW = "《个人信息保护法》第四十五条"

# The attribute that says until when another one holds.
_UNTIL = "residence_permit_until"


class DepartmentStatements:
    """Asks for them."""

    def __init__(
        self,
        departments: Departments,
        *,
        database: Database,
        subscribers: Subscribers,
        activity: ActivityLog,
    ) -> None:
        self._departments = departments
        self._database = database
        self._subscribers = subscribers
        self._activity = activity

    async def ask(
        self, kind: CredentialKind, token: AccessToken, *, now: datetime
    ) -> DepartmentStatement:
        """What the department of a kind says of the person of a token, all that the kind has.

        CredentialRequestDenied, DepartmentUnavailable; InvalidToken if the person left or froze.
        """
        department = self._departments.find(kind.department or "")
        if department is None:
            raise CredentialRequestDenied("no such department is connected")
        query = await self._recorded(kind, department, token, now=now)
        found = await department.attest(query, now=now)
        if found is None:
            raise CredentialRequestDenied("the department does not know the person: link a record")
        if set(found.values) != set(kind.attributes):
            raise CredentialRequestDenied("the department has nothing on record")
        return DepartmentStatement(found.values, department.url, _end(found.values.get(_UNTIL)))

    async def _recorded(
        self, kind: CredentialKind, department: Department, token: AccessToken, *, now: datetime
    ) -> AttributeQuery:
        """The question, once its line stands in the person's own log."""
        async with self._database.transaction() as tx:
            named = token.subscriber_id
            person = None if named is None else await self._subscribers.hold(tx, named)
            if person is None or not person.was_in_force(token.authorized_at):
                raise InvalidToken("the person no longer grants this")
            identity = await self._subscribers.identity_of(tx, person)
            if identity is None or is_guarded(identity.birth_date, now=now):
                raise CredentialRequestDenied("nothing is asked about a child")
            query = AttributeQuery(
                person=self._subscribers.subject_for(person, department.kind.sector),
                attributes=kind.attributes,
                purpose=OWN_CERTIFICATE,
                legal_basis=LAW,
                category=THE_PERSON,
                consent=new_token(16),
            )
            line = Entry(
                kind=ActivityKind.ATTRIBUTES_ASKED,
                at=now,
                client_id=token.client_id,
                scopes=kind.attributes,
                department=department.kind.id,
                purpose=query.purpose,
                legal_basis=query.legal_basis,
                consent=query.consent,
            )
            await self._activity.write(tx, person, line)
            return query


def _end(month: str | bool | None) -> date | None:
    """The last day of a month, as `2031-06`."""
    if not isinstance(month, str):
        return None
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, monthrange(year, number)[1])
