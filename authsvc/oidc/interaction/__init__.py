"""What a person sees between a platform's question and its answer: sign in, prove more, decide.

In: a checked request that waits. Out: a visitor who is signed in strongly enough and has decided.
"""
