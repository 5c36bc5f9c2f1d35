"""What may a person see and do about their own online number?

In: a live session. Out: the person's own view of what the service holds about them (the number,
masked; documents; certificates), the platforms that they allow something and how they take it back,
what waits for them to decide, and the way out: `POST /holder/opt-out` erases what can be erased.

Everything here concerns one person, the one who is signed in. Opting out cannot be undone, so it
demands a sign-in of the last few minutes. Only here are a person and their platforms seen together,
opened with the person's own data key.
"""
