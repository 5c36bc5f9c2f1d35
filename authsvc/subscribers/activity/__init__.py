"""What happened in a person's name: their own log, which nobody else can read.

In: an `Entry` from whichever room did something. Out: the person's log, opened with their own data
key, for six months; and alerts, which also go to the phone. A dump shows how many entries a person
has and the day on which each ends, nothing else.
"""

from authsvc.subscribers.activity.alerts import Alerts, Messenger
from authsvc.subscribers.activity.entry import ActivityKind, Entry
from authsvc.subscribers.activity.log import ActivityLog

__all__ = ["ActivityKind", "ActivityLog", "Alerts", "Entry", "Messenger"]
