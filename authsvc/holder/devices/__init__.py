"""Devices: each has a key of its own and a certificate for it; added, named, and removed.

No certificate touches another: what becomes of one device is nothing to the others.
"""
