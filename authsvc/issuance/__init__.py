"""How does a wallet fetch certificates? (OpenID for Verifiable Credential Issuance 1.0; HAIP 1.0).

In: an access token of `oidc` that a person allowed a wallet, and proofs of keys that were made on
the person's device. Out: certificates for these keys, made by `certificates`.

The room must not learn where a certificate will be used. Certificates for platforms are fetched
for a whole bucket of platforms at once, one for each, so that a request says nothing but that the
person may want to use one of dozens. Nothing is kept of a request but the count of the day and a
line in the person's own log: that this wallet fetched certificates of this kind.

It decides who may have a certificate: a person who is not frozen, not a child under 14 (each use
of whose number is a guardian's to allow, and a certificate is used without asking), on a document
that is good.
"""
