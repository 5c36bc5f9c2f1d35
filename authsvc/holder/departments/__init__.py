"""May a department be asked about me at all? The person's side of a link with a record.

In: a code that a department's desk handed out to whoever showed a card there. Out: the department
knows the record's person by its own pseudonym of them, and can be asked; or it does so no longer.
"""
