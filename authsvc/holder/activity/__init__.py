"""The person's own log and the alerts in it, as they read them."""
