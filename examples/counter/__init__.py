"""A counter for people whose phone reads no chip, or who have none: two agents, four eyes.

    python -m examples.counter key FILE              an agent's key; prints what the operator adds
    python -m examples.counter enroll --service URL --chip FILE --holder FILE
        --first ID:FILE --second ID:FILE [--no-phone --sign-in-name NAME]

The counter begins the enrollment and reads the chip; one agent compares face and document and
signs, a second one looks as well and signs. Then the person's own phone takes the enrollment over,
by a link that is drawn on the counter's screen: from that moment the counter's own token is dead.
Who has no phone goes on at the counter: a name, a password typed by themselves, and the number.

    agent.py      an agent's key, and what is signed with it
    __main__.py   the commands

At a real counter the agents' keys are on cards that ask for a PIN, and the chip is read by a
reader; here files stand in for both.
"""
