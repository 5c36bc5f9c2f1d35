"""Linked platforms: whom a person allows what, since when, and how they take it back."""
