"""Is the claimant the subscriber?

In: something a claimant knows (a password: NIST SP 800-63B section 3.1.1), has (a TOTP app:
RFC 6238; a device key with our certificate), or kept (recovery codes); or, at a computer, the word
of their own signed-in phone. Out: `SignedIn`, and from that a session: an unguessable token whose
facts rest sealed and passing.

The rules that hold at every door: a stranger gets the same answer at the same cost as a person
whose password was wrong; attempts are counted by person before anything is compared; whatever
works once is claimed in one atomic step; a new identifier at every sign-in and step-up; a session
below the subscriber's watermark is dead (`Subscriber.credentials_valid_from`).

The room knows no names, documents or platforms, and its flows know no HTTP.
"""
