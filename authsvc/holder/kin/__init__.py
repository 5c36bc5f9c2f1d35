"""Guardians of minors, and helpers: who may do something for whom, seen from both sides.

    wards        a guardian joins by the code on the minor's device, sees wards, and ends it
    guardians    a minor sees who their guardians are
    helping      a person invites helpers, five at most, and sends them away
    helped       a helper sees whether certificates hold, freezes a number, and stops helping

Everybody acts in a session of their own and as themselves; each act for somebody else stands in
that person's log. What a child asks of a guardian waits in `oidc.guardians`.
"""
