"""Tests of authsvc.verify."""
