"""Whoever is signed in, as they are now: their session was found a moment before."""

from authsvc.authentication.session import Session
from authsvc.holder.errors import SessionRequired
from authsvc.storage import Transaction
from authsvc.subscribers import Identity, Subscriber, Subscribers


async def person_of(tx: Transaction, subscribers: Subscribers, session: Session) -> Subscriber:
    """The person of a session; SessionRequired if they have left, or the session is dead since."""
    return _living(await subscribers.find(tx, session.subscriber_id), session)


async def held_person_of(tx: Transaction, subscribers: Subscribers, session: Session) -> Subscriber:
    """The same, for whoever changes something: nobody else changes the person until the commit."""
    return _living(await subscribers.hold(tx, session.subscriber_id), session)


async def identity_of(
    tx: Transaction, subscribers: Subscribers, subscriber: Subscriber
) -> Identity:
    """Who a person is; SessionRequired if they have left."""
    identity = await subscribers.identity_of(tx, subscriber)
    if identity is None:
        raise SessionRequired
    return identity


def _living(subscriber: Subscriber | None, session: Session) -> Subscriber:
    if subscriber is None or not subscriber.was_in_force(session.auth_time):
        raise SessionRequired
    return subscriber
