"""How statuses rest, and how they change.

    VALID --hold--> SUSPENDED --release--> VALID
    VALID, SUSPENDED --revoke--> INVALID (for good)

They rest packed as in the list, in pages, with no time and no person beside them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from authsvc.certificates.credentials import store
from authsvc.certificates.credentials.store import PageNumber
from authsvc.certificates.status import RevocationReason
from authsvc.certificates.status_entry import SIZE, StatusEntry
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.storage import Transaction

# A person's credentials lie all over a list, so that each withdrawal rewrites many pages: small
# ones cost little to write, and 256 of them make a list.
PAGE = 4096
_EMPTY = StatusList(PAGE).octets


async def withdraw(
    tx: Transaction, entries: Iterable[StatusEntry], *, reason: RevocationReason
) -> None:
    """Suspends what is valid (CERTIFICATE_HOLD), or ends what has not ended, for good."""
    pages = _by_page(entries)
    await store.add_pages(tx, pages.keys(), empty=_EMPTY)
    if reason is RevocationReason.CERTIFICATE_HOLD:
        await _change(tx, pages, {TokenStatus.VALID}, TokenStatus.SUSPENDED)
    else:
        await _change(tx, pages, {TokenStatus.VALID, TokenStatus.SUSPENDED}, TokenStatus.INVALID)


async def release(tx: Transaction, entries: Iterable[StatusEntry]) -> None:
    """Makes what is suspended valid again; what has ended stays so."""
    await _change(tx, _by_page(entries), {TokenStatus.SUSPENDED}, TokenStatus.VALID)


async def read(tx: Transaction, number: int) -> StatusList:
    """A whole list."""
    statuses = StatusList(SIZE)
    for page, octets in await store.pages_of(tx, number):
        statuses.put(page * len(_EMPTY), octets)
    return statuses


async def _change(
    tx: Transaction,
    pages: Mapping[PageNumber, Iterable[int]],
    those: Collection[TokenStatus],
    to: TokenStatus,
) -> None:
    changed = {}
    for number, octets in (await store.hold_pages(tx, pages.keys())).items():
        statuses = StatusList.of_octets(octets)
        takes = [index for index in pages[number] if statuses[index] in those]
        statuses.mark(takes, to)
        if takes:
            changed[number] = statuses.octets
    await store.write_pages(tx, changed)


def _by_page(entries: Iterable[StatusEntry]) -> Mapping[PageNumber, list[int]]:
    """The indices within each page."""
    pages: defaultdict[PageNumber, list[int]] = defaultdict(list)
    for entry in entries:
        page, index = divmod(entry.index, PAGE)
        pages[entry.number, page].append(index)
    return pages
