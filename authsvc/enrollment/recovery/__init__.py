"""Recovery: a person who has lost every way to sign in proves document and holder again, and waits.

The wait is for whoever still has a way to sign in: they are alerted, and can stop it. One row for a
person says which enrollment waits and until when; completing and stopping both remove it, and the
database lets exactly one of them.
"""

from authsvc.enrollment.recovery.recoveries import USABLE, Recoveries

__all__ = ["USABLE", "Recoveries"]
