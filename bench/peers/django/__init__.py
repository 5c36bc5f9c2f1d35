"""A peer: django-oauth-toolkit on Django, served by gunicorn.

`python -m bench.peers.django` takes what bench/peers/__init__.py describes from the environment.
Beyond that it reads three switches:

BENCH_DJANGO_SECRET  "hashed" (the default of the toolkit: PBKDF2 with a million rounds, whenever a
                     client proves itself) or "clear"
BENCH_POSTGRES_URL   a database instead of SQLite in BENCH_DIRECTORY
BENCH_THREADS        threads of its one worker, in place of one (SQLite) or four (PostgreSQL)

What differs from authsvc because the toolkit has it no other way: ID tokens are signed with RS256,
access tokens are opaque rows, the subject is the same at every client, and there is no PAR.
"""
