"""A door that checks online certificates and needs no network to do so.

It is told once whom to believe, fetches keys and status lists whenever there is a network, and goes
by what it has for as long as its owner thinks right. The service never learns who came to the door.
"""
