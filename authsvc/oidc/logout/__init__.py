"""How a person leaves: here, and at the platforms that they were signed in to from here."""
