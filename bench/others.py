"""The peers, running: one process each, on the processor that we run on as well."""

from pathlib import Path

from bench.peers import Peer
from bench.process import Process
from bench.subject import CLIENT_ID, PASSWORD, SECRET, Subject
from bench.works import REDIRECT_URI, OpenIDServer, read_metadata

_CONNECTIONS = 64
# One thread, and a password hash for every client: more connections would only wait in line.
_CONNECTIONS_OF = {"django": 4, "django-clear": 8, "flask": 16}
_SESSIONS = 8


def start(peer: Peer, directory: Path, port: int, processors: frozenset[int]) -> Subject:
    """A peer, installed and serving."""
    directory.mkdir(parents=True)
    peer.prepare(directory)
    scratch = directory / "scratch"
    scratch.mkdir()
    person = "artificial-person"
    process = Process(
        peer.command(scratch),
        environment={
            **peer.environment,
            "BENCH_PORT": str(port),
            "BENCH_CLIENT_ID": CLIENT_ID,
            "BENCH_CLIENT_SECRET": SECRET,
            "BENCH_REDIRECT_URI": REDIRECT_URI,
            "BENCH_USERNAME": person,
            "BENCH_PASSWORD": PASSWORD,
            "BENCH_DIRECTORY": str(scratch),
        },
        ready=f"http://127.0.0.1:{port}/.well-known/openid-configuration",
        log=directory / "peer.log",
        processors=processors,
    )
    process.start()
    return Subject(
        name=peer.name,
        title=peer.title,
        storage="its own",
        workers=1,
        process=process,
        server=OpenIDServer(port, read_metadata(port), CLIENT_ID, SECRET),
        people=[person] * _SESSIONS,
        connections=_CONNECTIONS_OF.get(peer.name, _CONNECTIONS),
        signs_in=peer.provider,
        jwt_resource=peer.jwt_resource,
        pushes=peer.pushed_requests,
        refreshes=peer.name == "node",
    )
