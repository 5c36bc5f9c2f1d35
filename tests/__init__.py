"""The tests of authsvc: by room, then contracts, vectors, hostile rows and whole journeys."""
