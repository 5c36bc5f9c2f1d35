"""Tests of keyring."""
