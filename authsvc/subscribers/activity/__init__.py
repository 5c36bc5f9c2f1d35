"""What happened in a person's name: their own log, which nobody else can read.

In: an `Entry` from whichever room did something. Out: the person's log, opened with their own data
key, for six months, in pages; and alerts, which also go to the phone. A dump shows how many entries
a person has, the day on which each ends and which are alerts that were not read, nothing else.
"""

from authsvc.subscribers.activity.alerts import Alerts, Messenger
from authsvc.subscribers.activity.entry import ActivityKind, Entry
from authsvc.subscribers.activity.log import ActivityLog
from authsvc.subscribers.activity.place import Place

__all__ = ["ActivityKind", "ActivityLog", "Alerts", "Entry", "Messenger", "Place"]
