"""Tests of bench: what is measured is what it says."""
