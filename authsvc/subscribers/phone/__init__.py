"""Another phone: a number that a person has proved takes the place of theirs, after a wait.

In: a number whose owner has typed the code that was sent to it. Out: the number on file, once the
wait is over and nobody has stopped it. Until then alerts and codes go to the old one alone, so that
whoever has got into a session gets no further by it.
"""

from authsvc.subscribers.phone.phone_changes import PhoneChange, PhoneChanges, masked

__all__ = ["PhoneChange", "PhoneChanges", "masked"]
