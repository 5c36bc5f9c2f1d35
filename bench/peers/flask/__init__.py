"""A peer: Authlib's authorization server on Flask, with everything in memory, served by gunicorn.

`python -m bench.peers.flask` takes what bench/peers/__init__.py describes from the environment.
Tokens of the code flow are opaque, as Authlib makes them unless it is told otherwise; those of
`client_credentials` are JWTs signed with ES256. There is no PAR, and the subject is the same at
every client. BENCH_THREADS says how many threads its one worker has, in place of one.
"""
