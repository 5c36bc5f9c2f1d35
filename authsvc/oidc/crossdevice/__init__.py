"""Signing in on a computer by the phone: the pages of both (`authentication.crossdevice`).

In: an interaction that waits for somebody to sign in, and a phone whose browser is signed in, or
soon will be. The computer shows a code to scan and a number; the phone shows who asks, from where
and since when, and asks for the number. Out: the interaction goes on, as after any sign-in.

Nothing ties the two to each other but the person's own eyes (RFC 10027): hence a minute, one use,
one try, a number that must be seen, and a page that says what else to look at.
"""
