"""How does a platform take a certificate directly (OpenID4VP 1.0, HAIP 1.0)?

In: what a platform wants to know, by its server; what a wallet presents. Out: a request as a link,
a QR code or an object for a browser; and in the end what was presented and is true.

A platform runs this beside its own software (`authsvc verifier`), so that the service which issued
a certificate does not see where it is used: from there come its keys and its status lists, and
nothing goes there. `authsvc sandbox` has it below `/verifier`, for trying out.

What is decided stands in the library (`authsvc.verify.presentation`); here is what a library has
not: a key with its certificate, a memory, two doors. Everything passes away within minutes.

The room must not know subscribers, clients or the service's keys: it is the platform's.
"""
