"""Where does everything meet? Settings go in, the service comes out.

`open_house` opens the rooms from the ground floor up and hands each what it needs; `create_app`
puts their doors behind one ASGI application and starts what runs by itself. There is no other
place that knows two rooms which do not know each other.
"""

from authsvc.app.application import create_app, from_environment
from authsvc.app.house import SESSION_COOKIE, House, open_house

__all__ = ["SESSION_COOKIE", "House", "create_app", "from_environment", "open_house"]
