"""May a child use the number here and now? Their guardian says so, for this use and no other.

In: a child under 14 who has done all that a platform asks of anybody, and waits at a page. Out: the
word of a guardian, given in the guardian's own session, once, bound to the very interaction that
waits. Measures on the National Network Identity Authentication Public Service, article 5 (draft).

Of whom is 14 to 17 the guardians hear that the number was used, when, and nothing else. Platforms
are told of none of this: a guardian's no looks like the child's own.
"""
