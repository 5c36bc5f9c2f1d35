"""The security grade of each client, with its reasons."""

from collections.abc import AsyncIterator

from authsvc.cli.doctor.finding import Finding, broken, good, weak
from authsvc.clients import Client, Clients
from authsvc.clients.grade import Mark, grade
from authsvc.settings import Settings


async def look_at_clients(clients: Clients, settings: Settings) -> AsyncIterator[Finding]:
    """A finding for each client, and for what they need of this deployment."""
    every = await clients.every()
    for client in every:
        yield _graded(client)
    if not settings.mtls_issuer and any(map(_needs_certificates, every)):
        yield broken(
            "mutual TLS",
            "a client proves itself by certificate, and nothing asks for certificates",
            "Set mtls_issuer to an address whose proxy asks for client certificates",
        )


def _graded(client: Client) -> Finding:
    found = grade(client)
    about = f"client {client.client_id}"
    reasons = "; ".join(weakness.text.en for weakness in found.reasons)
    if found.mark in (Mark.BEST, Mark.A):
        return good(about, f"{found.mark}  {reasons}".rstrip())
    return weak(about, f"{found.mark}  {reasons}", f"authsvc clients show {client.client_id}")


def _needs_certificates(client: Client) -> bool:
    return (
        client.token_endpoint_auth_method.by_certificate
        or client.tls_client_certificate_bound_access_tokens
    )
