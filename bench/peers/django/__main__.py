"""Makes the database, the person and the two clients, then becomes gunicorn."""

import os
import sys

import django
from django.core.management import call_command
from django.db import connections

# The toolkit is bound by the processor, and Python runs on one at a time: one worker. With SQLite
# one thread, too: several wait for each other's writing and get through half as much. A database
# that is a process of its own leaves time for the next request meanwhile.
_THREADS = 4 if os.environ.get("BENCH_POSTGRES_URL") else 1


def main() -> None:
    """Prepares what is not there yet, and serves until a signal comes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.django.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    _register()
    connections.close_all()
    os.execv(sys.executable, _gunicorn())  # noqa: S606  no shell is meant


def _gunicorn() -> list[str]:
    return [
        sys.executable,
        *("-m", "gunicorn", "bench.peers.django.wsgi:application"),
        *("--bind", f"127.0.0.1:{os.environ['BENCH_PORT']}"),
        *(
            "--workers",
            "1",
            "--worker-class",
            "gthread",
            "--threads",
            os.environ.get("BENCH_THREADS", str(_THREADS)),
        ),
        # A client under load keeps its connections, also over a pause.
        *("--keep-alive", "75", "--log-level", "warning", "--no-control-socket"),
    ]


def _register() -> None:
    """The person and the clients, as they are in the environment now."""
    from django.contrib.auth.models import User  # noqa: PLC0415  models exist after setup()
    from oauth2_provider.models import Application  # noqa: PLC0415  as above

    username, client_id = os.environ["BENCH_USERNAME"], os.environ["BENCH_CLIENT_ID"]
    User.objects.filter(username=username).delete()
    User.objects.create_user(username, password=os.environ["BENCH_PASSWORD"])
    for name in (client_id, f"{client_id}-refreshing"):
        Application.objects.filter(client_id=name).delete()
        Application.objects.create(
            client_id=name,
            name=name,
            client_secret=os.environ["BENCH_CLIENT_SECRET"],
            hash_client_secret=os.environ.get("BENCH_DJANGO_SECRET", "hashed") == "hashed",
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
            redirect_uris=os.environ["BENCH_REDIRECT_URI"],
            algorithm=Application.RS256_ALGORITHM,
        )


if __name__ == "__main__":
    main()
