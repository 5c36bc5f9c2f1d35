"""Who looks at an applicant's face where no phone can (NIST SP 800-63A: on-site, attended)?

In: statements of two agents at one counter, each signed with that agent's own key: the first has
compared the person with the document in their hand, the second has confirmed it. Out: a holder
check that is passed, of an applicant who may have no phone and no device; or a refusal, which
counts as a face that did not match, and of which the person hears.

    agents.py        who may state that: added and removed by the operator
    statements.py    what is stated, and whether it is genuine, fresh and new
    attended_check.py the four eyes

Nobody is trusted here for being in an office: without two agents who were added, there is no
counter. The chamber does not know documents or faces; it knows who says so.
"""
