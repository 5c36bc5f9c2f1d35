"""Where the platform keeps things: one SQLite file, and nothing outside it.

The schema is the whole answer to "what do you know about me?": for a verified person it is a
pseudonym that means nothing anywhere else, at most one yes or no about their age, and a receipt
that says that somebody was verified and not who.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id            INTEGER PRIMARY KEY,
    handle        TEXT NOT NULL UNIQUE,
    password_hash TEXT,               -- none: opened with an online number, no password yet
    phone         TEXT,
    joined_at     INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS verification (
    subject     TEXT PRIMARY KEY,     -- the pairwise `sub`: this platform's pseudonym for a person
    account_id  INTEGER UNIQUE REFERENCES account (id),   -- none: unlinked, the person is free
    linked_at   INTEGER NOT NULL,
    unlinked_at INTEGER,
    over_18     INTEGER,              -- the answer to one question, never a date
    asked_at    INTEGER
);
CREATE TABLE IF NOT EXISTS receipt (
    subject   TEXT PRIMARY KEY REFERENCES verification (subject),
    salt      TEXT NOT NULL,          -- opens the reference; never shown without need
    reference TEXT NOT NULL UNIQUE,
    text      TEXT NOT NULL,          -- for an auditor: no identity in it
    kept_at   INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS visit (
    visitor    BLOB PRIMARY KEY,      -- a digest of the cookie
    account_id INTEGER NOT NULL REFERENCES account (id),
    expires_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS step (
    visitor    BLOB NOT NULL,
    name       TEXT NOT NULL,
    facts      TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (visitor, name)
);
CREATE TABLE IF NOT EXISTS attempt (what TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL, sent_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS post (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    text       TEXT NOT NULL,
    posted_at  INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""


def open_database(path: Path) -> sqlite3.Connection:
    """The file at `path`, made on first use.

    One connection, used by the event loop's thread alone: statements here take microseconds, and
    one writer is all that SQLite allows anyway.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(SCHEMA)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything in the block happens, or nothing does. Nothing in the block may wait."""
    if connection.in_transaction:
        yield  # part of a larger block
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
