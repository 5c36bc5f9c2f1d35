"""Django's settings for the peer, from the environment."""

import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_DIRECTORY = Path(os.environ["BENCH_DIRECTORY"])


def _database() -> dict[str, Any]:
    url = os.environ.get("BENCH_POSTGRES_URL")
    if url:
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  only where it is asked for

        told = conninfo_to_dict(url)
        names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
        named = {to: str(told[name]) for name, to in names.items() if name in told}
        return {
            "ENGINE": "django.db.backends.postgresql",
            **named,
            "PORT": str(told.get("port", "")),
            "CONN_MAX_AGE": None,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _DIRECTORY / "django.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Several threads write: who begins a transaction says so at once, or one of them fails.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # As authsvc keeps its own SQLite.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _signing_key() -> str:
    """An RSA key (PEM), made at the first start: the worker reads what its parent wrote."""
    file = _DIRECTORY / "django-signing.pem"
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.touch(mode=0o600)
        file.write_bytes(pem)
    return file.read_text()


DEBUG = False
SECRET_KEY = secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
ROOT_URLCONF = "bench.peers.django.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": _database()}
LOGIN_URL = "/login"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{os.environ['BENCH_PORT']}",
    "OIDC_RSA_PRIVATE_KEY": _signing_key(),
    "OIDC_SERVER_CLASS": "bench.peers.django.server.Server",
    "OAUTH2_VALIDATOR_CLASS": "bench.peers.django.server.Validator",
    "SCOPES": {"openid": "That you are one person", "introspection": "Ask about tokens"},
    "DEFAULT_SCOPES": ["openid"],
    "PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,  # S256 alone
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "ID_TOKEN_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 24 * 3600,
}
