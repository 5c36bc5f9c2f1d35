"""Whoever is signed in, as they are now: a session may have been found a moment before."""

from authsvc.authentication.session import Session
from authsvc.holder import store
from authsvc.holder.errors import SessionRequired
from authsvc.storage import Transaction
from authsvc.subscribers import Identity, Subscriber, Subscribers


async def person_of(tx: Transaction, subscribers: Subscribers, session: Session) -> Subscriber:
    """The person of a session; SessionRequired if they have left, or the session is dead since."""
    subscriber = await subscribers.find(tx, session.subscriber_id)
    if subscriber is None or not subscriber.was_in_force(session.auth_time):
        raise SessionRequired
    return subscriber


async def held_person_of(
    tx: Transaction, subscribers: Subscribers, session: Session
) -> Subscriber:
    """The same, for whoever changes something: they are held still until the commit."""
    await store.hold_person(tx, session.subscriber_id)
    return await person_of(tx, subscribers, session)


async def identity_of(
    tx: Transaction, subscribers: Subscribers, subscriber: Subscriber
) -> Identity:
    """Who a person is; SessionRequired if they have left."""
    identity = await subscribers.identity_of(tx, subscriber)
    if identity is None:
        raise SessionRequired
    return identity
