"""Published examples, and independent implementations as oracles."""
