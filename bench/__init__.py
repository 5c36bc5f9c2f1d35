"""Measuring programs: ourselves and others on the same work, run by hand."""
