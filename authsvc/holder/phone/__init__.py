"""The phone on file: seen masked, and changed by who proves the new one and waits."""
