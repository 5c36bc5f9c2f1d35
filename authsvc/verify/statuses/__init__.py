"""Does it still hold? Answered from signed lists that were fetched before (Token Status List).

In: status lists as the service publishes them, fetched whenever it suits. Out: the status at a
place of a list, and as of when. The service is told which list is wanted, not which of its million
places; whoever fetches lists by the clock, and not by the visitor, tells nothing at all.
"""
