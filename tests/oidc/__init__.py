"""Tests of authsvc.oidc."""
