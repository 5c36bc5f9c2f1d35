"""The stage of the story of the service hall: the hall and its back office beside the rest."""

import json
import secrets
from pathlib import Path

from authsvc.cli.tour.servers import choose_port
from authsvc.cli.tour.stage import Stage

HALL = "service-hall"


class HallStage(Stage):
    """Register, service, back office and hall. Departments are the sandbox's own."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        hall, office = (choose_port(port) for port in (8090, 8091))
        self.hall_url = f"http://127.0.0.1:{hall}"
        office_url = f"http://127.0.0.1:{office}"
        self._keys = directory / "hall.keys"
        token = directory / "office.token"
        token.write_text(secrets.token_urlsafe(32))
        self.hall_record = directory / "hall-received.bin"
        self.office = self._server(
            "back-office",
            ["examples.service_hall.back_office", "--port", str(office)]
            + ["--token-file", str(token), "--register", str(self.authority)]
            + ["--departments", str(directory / "data" / "departments")]
            + ["--data", str(directory / "back-office")],
            url=office_url,
            ready="/health",
        )
        self.hall = self._server(
            "hall",
            ["examples.service_hall", "--port", str(hall), "--issuer", self.issuer]
            + ["--client-id", HALL, "--key-file", str(self._keys)]
            + ["--office", office_url, "--office-token-file", str(token)]
            + ["--data", str(self.hall_data), "--record", str(self.hall_record)],
            url=self.hall_url,
            ready="/",
        )

    @property
    def hall_data(self) -> Path:
        """All that the hall keeps."""
        return self.directory / "hall.db"

    @property
    def mailbox(self) -> Path:
        """Where the post brings new cards."""
        return self.directory / "back-office" / "mailbox"

    def prepare(self) -> None:
        """The registration of the hall as well: its keys, its law, its questions."""
        super().prepare()
        printed = self.run(
            "examples.service_hall.registering", HALL, str(self._keys), self.hall_url
        )
        clients = self.directory / "hall.json"
        clients.write_text(json.dumps([json.loads(printed)], ensure_ascii=False))
        self.run("authsvc", "clients", "import", str(clients))

    def close(self) -> None:
        """Ends every process."""
        for server in (self.hall, self.office):
            server.stop()
        super().close()
