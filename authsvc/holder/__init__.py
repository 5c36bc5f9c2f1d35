"""What may a person see and do about their own online number?

In: a live session. Out: the person's own view of what the service holds about them, in the chambers

    platforms   whom they allow what, and how they take it back
    devices     which devices have a certificate of theirs
    activity    what happened in their name, and the alerts
    export      all of it, as a file
    kin         guardians of minors, and helpers
    wallets     which wallets they invite to fetch certificates
    approvals   what waits for them to decide, asked at another device

and what they do about all of it: freeze the number, stop a recovery, and leave. `POST
/holder/opt-out` erases what can be erased and answers with a receipt.

Everything here concerns one person, the one who is signed in (`door`). What cannot be undone
demands a sign-in of the last few minutes. Only here are a person and their platforms seen together,
opened with the person's own data key.
"""
