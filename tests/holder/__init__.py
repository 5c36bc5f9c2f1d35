"""Tests of the holder room."""
