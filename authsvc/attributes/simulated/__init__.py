"""A simulated department: another organisation with its own files, keys, clock and pseudonyms.

In: its desk, which writes records and hands out codes upon a card; and signed messages of the
service. Out: attestations under its own keys. It knows a record's person by the department's
pseudonym, once the service has linked them, and never by the citizen number. What it was asked it
writes into books of its own, as a department must be able to account for what it told.
"""
