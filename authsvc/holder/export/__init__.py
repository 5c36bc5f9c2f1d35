"""Everything that the service holds about a person, as one document for them to take away."""
