"""A platform takes certificates: from a wallet that is not ours, of an issuer that is not."""
