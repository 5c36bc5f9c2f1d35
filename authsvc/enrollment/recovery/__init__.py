"""Recovery: a person who has lost every way to sign in proves document and holder again, and waits.

The wait is for whoever still has a way to sign in: they are alerted, and can stop it.
"""
