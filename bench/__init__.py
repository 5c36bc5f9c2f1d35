"""How fast is the service, beside others that do the same work, in one run? `make bench`."""
