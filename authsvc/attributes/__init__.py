"""What do departments attest about a person (education, employment, residence)?

In: an `AttributeQuery` about somebody whom the department knows by a pseudonym of its own, with the
purpose, the article of law, and what kind of platform asks. Out: an `Attestation`, a JWT under the
department's own key, that says the same of everybody with the same values: no subject, no name of
its own, times on a grain, a signature that could not be another. A department and a platform that
lay side by side what they have find the values in it, and nothing else (OpenID Connect Core 5.6.2).

Departments are other organisations: the service speaks to one over HTTP (`HTTPTransport`), and
signs what it asks. `simulated/` is a lodger, a department for tests and the sandbox with its own
keys, pseudonyms and web application.

The room knows neither people nor platforms: it is handed a pseudonym and a category.
"""

from authsvc.attributes.catalogue import CATEGORIES, DEPARTMENTS, PURPOSES, Attribute, Kind
from authsvc.attributes.department import Attestation, Department, Transport
from authsvc.attributes.departments import Departments
from authsvc.attributes.messages import AttributeQuery

__all__ = [
    "CATEGORIES",
    "DEPARTMENTS",
    "PURPOSES",
    "Attestation",
    "Attribute",
    "AttributeQuery",
    "Department",
    "Departments",
    "Kind",
    "Transport",
]
