"""What would the authority that issues identity documents do? A simulation of it.

It creates artificial people, issues and replaces their cards as signed chip files, takes reports
of loss, and answers as a document register: in process (`EmbeddedRegister`), over its own HTTP
interface (`routes.py`), and by signed push. Everything it knows lies in one directory: an
append-only event log, its keys, and under `trust/` the certificates that others may trust.

It stands for another organisation: it has its own clock and keys, and knows nothing of
subscribers, numbers or platforms. Nobody in it is real: names are plainly artificial and identity
numbers come from a region that does not exist (`people.ARTIFICIAL_REGION`).
"""
