"""Step-up: who is signed in proves one more factor, and the same session goes on stronger.

In: a living session, and a password, a code or the wish for an SMS code. Out: `SignedIn` with the
one factor that was proved now; whoever holds the session puts it under a new token.

A weaker factor never stands in for a stronger one: who has TOTP or a passkey is not offered SMS.
"""
