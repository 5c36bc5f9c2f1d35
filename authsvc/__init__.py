"""authsvc: an online identity authentication service.

A person proves a statutory identity document once and opts in; the service issues a pseudonymous
online number and online certificates. Platforms ask through OpenID Connect and learn only that
this is one real, verified person, under a pseudonym nobody else can compare.

The plan of the house, top storey first. A room is a folder that answers one question; it calls
down, never up and never to a neighbour on its own storey. `routes.py` is a room's door to HTTP,
`store.py` its door to SQL; everything between is plain Python.

    cli              the command line: serve, sandbox, verifier, demo, clients, keys, …
    app              create_app: the only place where everything meets
    housekeeping     what does the service do by itself, while nobody asks?
    holder           what may a person see and do about their own number?
    issuance         how does a wallet fetch certificates? OpenID4VCI
    presentation     how does a platform take a certificate directly? its own verifier, not ours
    oidc             what do we tell a platform about a subscriber?
    authentication   is the claimant the subscriber? password, TOTP, device key; throttle, session
    enrollment       how an applicant becomes a subscriber, stays one when documents change, leaves
    certificates     what do we attest, and does it still hold? X.509, OCSP, lists, SD-JWT VC
    clients          which platforms do we speak to, and what may each ask?
    subscribers      whom do we know, by which number and which pseudonyms?
    attributes       what do departments attest about a person? education, residence, …
    evidence         is this document genuine, whose is it, is it still good?
    web              how do we speak HTTP? problems, strict forms, headers, pages
    storage          where do things rest? database, migrations; ephemeral (memory, Redis)
    keyring          what do we sign and seal with? files; rotation; keyed digests
    algorithms       what is a signature algorithm? one row each, for keyring and verify alike
    settings, errors, clock, identifiers: the ground floor; they know nobody

    beside the house: verify, what a platform checks tokens and certificates with, offline

Time is an argument: nothing below `app` asks what time it is. Effects travel by state: raising
`Subscriber.credentials_valid_from` kills every session, grant and token issued before it.
"""

__version__ = "0.1.0"
