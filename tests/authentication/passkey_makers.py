"""Passkeys of people, added and used as the flows do it."""

from typing import Any

import msgspec

from authsvc.authentication.passkeys.messages import Assertion, Attestation
from authsvc.authentication.passkeys.passkeys import KeptPasskey
from authsvc.authentication.session import Session
from authsvc.authentication.signed_in import SignedIn
from tests.authentication.authenticators import Authenticator
from tests.authentication.makers import ADDRESS, House


async def add(
    house: House, session: Session, authenticator: Authenticator, name: str = "phone", **wrong: Any
) -> KeptPasskey:
    """The whole ceremony of a new passkey; `wrong` goes to the authenticator."""
    now = house.clock.now()
    offered = await house.passkeys.offer(session, now=now)
    answer = authenticator.create(offered.options, **wrong)
    return await house.passkeys.add(
        session,
        offered.challenge,
        msgspec.convert(answer, Attestation),
        name=name,
        network=ADDRESS,
        now=now,
    )


async def sign_in(
    house: House, authenticator: Authenticator, *, address: str = ADDRESS, **wrong: Any
) -> SignedIn:
    """The whole ceremony of a sign-in; `wrong` goes to the authenticator."""
    offered = await house.passkey_sign_in.offer(now=house.clock.now())
    return await answer(
        house, offered.challenge, authenticator.get(offered.options, **wrong), address
    )


async def answer(
    house: House, challenge: str, assertion: dict[str, Any], address: str = ADDRESS
) -> SignedIn:
    """An answer to a challenge."""
    return await house.passkey_sign_in.finish(
        challenge, msgspec.convert(assertion, Assertion), address=address, now=house.clock.now()
    )


async def with_passkey(house: House, name: str, **how: Any) -> Authenticator:
    """A new person with a password and a passkey."""
    subscriber = await house.person(name)
    authenticator = Authenticator(**how)
    await add(house, await house.own_session_of(subscriber), authenticator)
    return authenticator
