"""The verifier, put together: who it is, what it remembers, whom it believes."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from authsvc.algorithms import ES256
from authsvc.clock import Clock
from authsvc.keyring import KeyedDigest, Sealer
from authsvc.presentation.answering import Answering
from authsvc.presentation.asking import Asking
from authsvc.presentation.identity import VerifierIdentity
from authsvc.presentation.issuer_facts import Fetches, IssuerFacts
from authsvc.presentation.receipting import Receipting
from authsvc.presentation.transactions import Transactions
from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend

_KEY_BYTES = 32


@dataclass(frozen=True)
class PlatformVerifier:
    """One platform's verifier. `address` is its own, without a slash at its end."""

    address: str
    identity: VerifierIdentity
    transactions: Transactions
    asking: Asking
    answering: Answering
    receipting: Receipting
    facts: IssuerFacts

    @classmethod
    def open(
        cls,
        *,
        issuer: str,
        address: str,
        directory: Path,
        ephemeral: Ephemeral,
        fetcher: Fetches,
        now: datetime,
        sector: str | None = None,
        algorithms: tuple[str, ...] = (ES256,),
    ) -> Self:
        """The verifier whose keys are in `directory`; KeyRingBroken.

        `sector` is the platform's sector identifier, the host of `address` if not given. What the
        issuer may sign with are `algorithms`; AlgorithmUnavailable.
        """
        host = urlsplit(address).hostname or ""
        identity = VerifierIdentity.open(directory, host=host, now=now)
        transactions = Transactions(ephemeral)
        facts = IssuerFacts(
            issuer=issuer, sector=sector or host, fetcher=fetcher, algorithms=algorithms
        )
        return cls(
            address=address,
            identity=identity,
            transactions=transactions,
            asking=Asking(
                identity=identity,
                transactions=transactions,
                address=address,
                algorithms=algorithms,
            ),
            answering=Answering(transactions=transactions, facts=facts),
            receipting=Receipting(
                transactions=transactions, receipts=identity.receipts(platform=address)
            ),
            facts=facts,
        )


def own_memory(clock: Clock) -> Ephemeral:
    """The memory of a verifier that runs by itself: of this process, under keys of its own."""
    return Ephemeral(
        MemoryBackend(clock),
        seals=Sealer(os.urandom(_KEY_BYTES)),
        digests=KeyedDigest(os.urandom(_KEY_BYTES)),
    )
