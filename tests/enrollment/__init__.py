"""The enrollment desk, with a real authority, real cards, real certificates and credentials."""
