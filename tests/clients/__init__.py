"""Tests of authsvc.clients."""
