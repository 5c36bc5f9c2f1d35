"""The back office: another organisation, which carries out what the hall files.

It has a door for the hall (HTTP, with a token) and clerks who type the commands of the simulated
register and departments (`authsvc register`, `authsvc department`). It knows people by identity
number, as a register does, and knows nothing of online numbers or of `sub`.

    office.py   the door, and the worker behind it
    clerk.py    the commands that are typed
    cases.py    what is filed, and how far each case has come
"""
