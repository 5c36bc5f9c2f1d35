"""Passing facts: codes, sessions, challenges, counters, claims, marks of revocation.

`facade.Ephemeral` seals and types what rooms hand it; a `Backend` keeps raw bytes for a while:
`memory.MemoryBackend` for one process, `redis.RedisBackend` for more. Both pass one contract test.
What is asked of Redis in one turn of the event loop is one round trip: `turns.Turns`. Asking is
calling, waiting is awaiting: `answers`.

Every operation is atomic and touches one key, so that a Redis cluster can serve it.
"""
