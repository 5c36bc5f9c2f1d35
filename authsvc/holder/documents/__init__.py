"""What may a person have done about their documents without going anywhere?

In: a session. Out: an application, at the document register, for a document in place of one that
ends soon. The new document is then shown as any other (`enrollment`). The chamber knows no register
but by its port, and decides nothing of what the register decides.
"""
