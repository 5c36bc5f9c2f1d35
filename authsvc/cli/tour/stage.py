"""The stage of the tour: a directory, three processes, and the commands that a person types."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.tour.servers import Server, choose_port
from authsvc.errors import AuthsvcError, Text

CLIENT_ID = "the-square"
_COMMAND_SECONDS = 60


class CommandFailed(AuthsvcError):
    """A command of the tour ended with an error."""

    code = "demo.command_failed"
    title = Text("演示中的命令失败", "A command of the demo failed")
    next_step = Text("请查看输出", "Look at what it printed")


class ExamplesMissing(AuthsvcError):
    """The demo shows the examples, and they are not beside the package."""

    code = "demo.examples_missing"
    title = Text("找不到 examples 目录", "The examples are not here")
    next_step = Text("请在源代码目录中运行", "Run the demo from a checkout of the source")


class Stage:
    """Everything that runs, and where. `close` ends every process that was started here."""

    def __init__(self, directory: Path) -> None:
        self.root = Path(__file__).resolve().parents[3]
        if not (self.root / "examples" / "social_platform").is_dir():
            raise ExamplesMissing(log=str(self.root))
        self.directory = directory
        self.record = directory / "platform-received.bin"
        self._secret = secrets.token_urlsafe(32)
        self._register_token = secrets.token_urlsafe(32)
        register, service, platform = (choose_port(port) for port in (8100, 8000, 8080))
        self.issuer = f"http://127.0.0.1:{service}"
        self.platform_url = f"http://127.0.0.1:{platform}"
        self.environment = {
            **sandbox_environment(self.issuer, directory),
            "AUTHSVC_REGISTER__URL": f"http://127.0.0.1:{register}",
            "AUTHSVC_REGISTER__TOKEN": self._register_token,
            "AUTHSVC_REGISTER__POLL_SECONDS": "5",
            "AUTHSVC_ENROLLMENT__MINIMUM_AGE": "14",
        }
        self.register = self._server(
            "register",
            ["authsvc", "register", "serve", "--directory", str(self.authority)]
            + ["--port", str(register), "--push-url", f"{self.issuer}/register/changes"],
            url=f"http://127.0.0.1:{register}",
            ready="/health",
        )
        self.service = self._server(
            "service",
            ["authsvc", "serve", "--port", str(service)],
            url=self.issuer,
            ready="/readyz",
        )
        self.platform = self._server(
            "platform",
            ["examples.social_platform", "--port", str(platform), "--issuer", self.issuer]
            + ["--client-id", CLIENT_ID, "--client-secret-file", str(directory / "secret")]
            + ["--data", str(directory / "platform.db"), "--record", str(self.record)],
            url=self.platform_url,
            ready="/",
        )

    @property
    def authority(self) -> Path:
        """The issuing authority's own directory: another organisation's, not the service's."""
        return self.directory / "issuing-authority"

    @property
    def database(self) -> Path:
        """The service's database: what a thief would carry away."""
        return self.directory / "data" / "authsvc.db"

    def prepare(self) -> None:
        """Keys, schema, trust in the register, and the platform's registration."""
        (self.directory / "secret").write_text(self._secret)
        registration = {
            "client_id": CLIENT_ID,
            "client_secret": self._secret,
            "client_name": "The Square 广场",
            "redirect_uris": [f"{self.platform_url}/online-number/callback"],
            "scope": "openid age",
            "id_token_signed_response_alg": "ES256",
        }
        clients = self.directory / "clients.json"
        clients.write_text(json.dumps([registration], ensure_ascii=False))
        self.run("authsvc", "keys", "init")
        self.run("authsvc", "db", "upgrade")
        self.run(
            "authsvc", "register", "trust", "--directory", str(self.authority),
            "--key-directory", str(self.directory / "keys"),
        )  # fmt: skip
        self.run("authsvc", "clients", "import", str(clients))

    def desk(self, *arguments: str) -> dict[str, Any]:
        """A command at the issuing authority's desk; what it printed."""
        command, *rest = arguments
        printed = self.run(
            "authsvc", "register", command, "--directory", str(self.authority), *rest
        )
        found: dict[str, Any] = json.loads(printed) if printed.startswith("{") else {}
        return found

    def holder(self, *arguments: str) -> str:
        """A command of the person's app; what it printed."""
        return self.run(
            "examples.holder_cli", "--state", str(self.directory / "device"), *arguments
        )

    def run(self, module: str, *arguments: str) -> str:
        """Runs a module to its end; CommandFailed with what it said if it fails."""
        environment = {**os.environ, **self.environment, "NO_COLOR": "1"}
        done = subprocess.run(  # noqa: S603 - our own modules, no shell
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise CommandFailed(field=f"{module} {arguments[0]}", log=done.stderr.strip())
        return done.stdout.strip()

    def close(self) -> None:
        """Ends every process."""
        for server in (self.platform, self.service, self.register):
            server.stop()

    def _server(self, name: str, command: list[str], *, url: str, ready: str) -> Server:
        return Server(
            name,
            command,
            url=url,
            ready=ready,
            log=self.directory / f"{name}.log",
            root=self.root,
            environment=self.environment,
        )
