"""How often an applicant may try. Each limit has its source beside it.

Everything is counted on the server, by address, enrollment, person or phone; nothing by what a
client says about itself. Limits per person hold in every mode.
"""

from datetime import timedelta

from authsvc.enrollment.errors import (
    HolderCheckRunning,
    TooManyCodes,
    TooManyDocuments,
    TooManyEnrollments,
    TooManyHolderChecks,
    TooManyMessages,
    TooManyNames,
)
from authsvc.enrollment.guardian_errors import TooManyGuardianCodes
from authsvc.enrollment.returning_errors import TooManyRecoveries
from authsvc.settings import EnrollmentRules
from authsvc.storage import Ephemeral
from authsvc.web.forwarded import network_of

_HOUR = timedelta(hours=1)

# login.gov: five document captures in six hours.
DOCUMENTS = 5
_DOCUMENTS_WINDOW = timedelta(hours=6)
_DOCUMENT = "enrollment-document"

# Ours: nobody has to be in the possession of a document without a chip to say what is printed on
# it, and there are ninety days on which a temporary card can end. So what is wrong follows the
# number, too, whoever asks from wherever.
PRINTED_MISSES = 10
_PRINTED = "person-printed"

# After five pictures that are not the holder the enrollment is over (login.gov: five proofings).
HOLDER_CHECKS = 5
# Whoever found or stole a card can begin again and again, so failures follow the person, too.
PERSON_HOLDER_CHECKS = 10
_PERSON_WINDOW = timedelta(hours=24)
# A face matcher answers or fails within ten seconds; a check that died frees the person after this.
_CHECK_LASTS = timedelta(seconds=30)

# Ours: one enrollment cannot be used to send messages to the whole country.
MESSAGES_PER_ENROLLMENT = 10
_ENROLLMENT_LASTS = timedelta(hours=24)

# Ours: with one card anybody begins again and again, so these follow the person. There is room for
# every hesitation, and none for messages to everybody or for asking whether each name is taken.
MESSAGES_PER_PERSON = 20
NAMES_PER_PERSON = 50

# Ours: each recovery that is begun sends an alert and begins the wait anew. Whoever has changed
# their mind four times in a day waits until tomorrow.
RECOVERIES_PER_PERSON = 5

# Ours: with ten wrong codes an hour, and a thousand minors waiting, a guesser meets one after three
# hundred years; and would have to be their guardian besides.
GUARDIAN_MISSES = 10

# Ours: five guesses at a code of six digits; with five codes an hour a guesser needs years.
CODE_TRIES = 5
CODE_LASTS = timedelta(minutes=10)


class Limits:
    """Counts, and refuses what is too much with a leaf of Throttled."""

    def __init__(self, ephemeral: Ephemeral, rules: EnrollmentRules) -> None:
        self._ephemeral = ephemeral
        self._rules = rules

    async def begin(self, address: str) -> None:
        """One more enrollment from an address."""
        count = await self._ephemeral.count("enrollment-begun", network_of(address), window=_HOUR)
        if count > self._rules.begun_per_address_per_hour:
            raise TooManyEnrollments(retry_after=_seconds(_HOUR))

    async def begin_document(self, enrollment: str) -> str:
        """Takes one of the tries of an enrollment, before anybody looks at the document; which.

        However many are sent at once: each try is claimed. TooManyDocuments.
        """
        return await self._one_of(DOCUMENTS, _DOCUMENT, enrollment, within=_DOCUMENTS_WINDOW)

    async def give_document_back(self, one: str) -> None:
        """Nobody could say anything of the document: it was no try."""
        await self._ephemeral.reset(_DOCUMENT, one)

    async def begin_printed(self, person: str) -> str:
        """As `begin_document`: of all that is said to be printed on documents of a person."""
        return await self._one_of(PRINTED_MISSES, _PRINTED, person, within=_PERSON_WINDOW)

    async def give_printed_back(self, one: str) -> None:
        """It was right, or nobody could say."""
        await self._ephemeral.reset(_PRINTED, one)

    async def _one_of(self, most: int, namespace: str, whose: str, *, within: timedelta) -> str:
        for nth in range(most):
            one = f"{whose} {nth}"
            if await self._ephemeral.claim(namespace, one, lifetime=within):
                return one
        raise TooManyDocuments(retry_after=_seconds(within))

    async def begin_holder_check(self, person: str) -> None:
        """One check at a time of one person, so that failures cannot outrun their count."""
        if not await self._ephemeral.claim("holder-check", person, lifetime=_CHECK_LASTS):
            raise HolderCheckRunning(retry_after=_seconds(timedelta(seconds=2)))

    async def end_holder_check(self, person: str) -> None:
        """The check is over, however it ended."""
        await self._ephemeral.reset("holder-check", person)

    async def require_holder_try(self, person: str) -> None:
        """Refuses when too many checks of this person have failed, in whatever enrollment."""
        if await self._ephemeral.counted("holder-failed", person) >= PERSON_HOLDER_CHECKS:
            raise TooManyHolderChecks(retry_after=_seconds(_PERSON_WINDOW))

    async def holder_checks_used_up(self, enrollment: str) -> bool:
        """Whether an enrollment has had all its failures."""
        return await self._ephemeral.counted("holder-refused", enrollment) >= HOLDER_CHECKS

    async def count_holder_failure(self, enrollment: str, person: str) -> None:
        """One more picture was not the holder's."""
        await self._ephemeral.count("holder-refused", enrollment, window=_ENROLLMENT_LASTS)
        await self._ephemeral.count("holder-failed", person, window=_PERSON_WINDOW)

    async def forgive_holder(self, person: str) -> None:
        """The person has shown themselves; earlier failures are forgotten."""
        await self._ephemeral.reset("holder-failed", person)

    async def count_message(self, enrollment: str, person: str, phone: str) -> None:
        """One more message; refused before it is sent."""
        sent = await self._ephemeral.count("enrollment-sms", enrollment, window=_ENROLLMENT_LASTS)
        if sent > MESSAGES_PER_ENROLLMENT:
            raise TooManyMessages(retry_after=_seconds(_ENROLLMENT_LASTS))
        wanted = await self._ephemeral.count("person-sms", person, window=_PERSON_WINDOW)
        if wanted > MESSAGES_PER_PERSON:
            raise TooManyMessages(retry_after=_seconds(_PERSON_WINDOW))
        received = await self._ephemeral.count("phone-sms", phone, window=_HOUR)
        if received > self._rules.sms_per_phone_per_hour:
            raise TooManyMessages(retry_after=_seconds(_HOUR))

    async def count_name_try(self, person: str) -> None:
        """One more sign-in name, counted before anybody looks whether it is free."""
        tried = await self._ephemeral.count("person-names", person, window=_PERSON_WINDOW)
        if tried > NAMES_PER_PERSON:
            raise TooManyNames(retry_after=_seconds(_PERSON_WINDOW))

    async def count_recovery(self, person: str) -> None:
        """One more recovery of a person, counted before it begins."""
        begun = await self._ephemeral.count("person-recoveries", person, window=_PERSON_WINDOW)
        if begun > RECOVERIES_PER_PERSON:
            raise TooManyRecoveries(retry_after=_seconds(_PERSON_WINDOW))

    async def require_guardian_try(self, guardian: str) -> None:
        """Refuses when a guardian has entered too many codes that were not right."""
        if await self._ephemeral.counted("guardian-misses", guardian) >= GUARDIAN_MISSES:
            raise TooManyGuardianCodes(retry_after=_seconds(_HOUR))

    async def count_guardian_miss(self, guardian: str) -> None:
        """One more code that was not right, or not of a ward of theirs."""
        await self._ephemeral.count("guardian-misses", guardian, window=_HOUR)

    async def count_code_try(self, code: str) -> None:
        """One more guess at a code, counted before it is looked at."""
        if await self._ephemeral.count("code-tries", code, window=CODE_LASTS) > CODE_TRIES:
            raise TooManyCodes


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
