"""The chamber in which a person prints a certificate, for a counter that looks at paper.

In: a session that could add a device, what for, and what is to be told. Out: a sheet to print, as a
QR code, and the eight digits that stand nowhere on it.
"""
