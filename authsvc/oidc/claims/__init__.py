"""What is told about a person, to whom, and where.

In: what was granted and what was asked for by name (the scope `age`, the parameter `claims`,
`verified_claims`). Out: predicates about age and how they were verified, at UserInfo and in ID
tokens; never a name, a number or a birth date. What departments attest is passed on from their
sources.

A receipt (`receipt`) tells nothing of them: that a platform did its duty, and not for whom.

`known_claims` is the list of everything that can be told; nothing else ever is.
"""
