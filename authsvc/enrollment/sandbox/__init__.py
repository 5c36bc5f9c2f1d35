"""What stands in for people, phones and cards while a developer tries the service?

In: whatever a developer wants of somebody made up. Out: the messages that a phone would have had, a
person in the simulated register with a card in the hand.

`app` hangs these doors up in the sandbox alone; nothing else in the room knows of them.
"""
