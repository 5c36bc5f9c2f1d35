"""The tour: each step does something real, says it, and checks what it claims."""

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path

from authsvc.cli.tour.browser import Page
from authsvc.cli.tour.stage import CLIENT_ID, Stage
from authsvc.cli.tour.story import Story
from authsvc.cli.tour.thief import search, sqlite_entries
from authsvc.cli.tour.visitor import Visitor
from authsvc.errors import AuthsvcError, Text

SIGN_IN_NAME = "artificial-person"
PASSWORD = "a long artificial password"  # noqa: S105 - of a person who does not exist

_ID_TOKEN = re.compile(rb'"id_token":\s*"([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)"')
_BADGE = 'id="badge"'


class PromiseBroken(AuthsvcError):
    """What the tour claims did not happen."""

    code = "demo.promise_broken"
    title = Text("演示未能得到预期的结果", "The demo did not see what it promises")
    next_step = Text("请查看演示目录中的日志", "Look into the logs in the demo's directory")


@dataclass(frozen=True)
class Person:
    """The artificial person of the tour, as the issuing authority made them up."""

    number: str
    name: str
    phone: str
    chip: Path
    holder: Path


def walk(stage: Stage, story: Story) -> None:
    """The whole tour; PromiseBroken at the first step that does not hold."""
    person = meet(stage, story)
    number = enroll(stage, story, person)
    first = verify_account(stage, story, person)
    second = refuse_second_account(stage, story)
    without_service(stage, story, second)
    replace_card(stage, story, person, number)
    account_is_intact(story, first)
    steal(stage, story, person)


def meet(stage: Stage, story: Story) -> Person:
    """An issuing authority makes up a person and issues a card with a signed chip."""
    story.step("An issuing authority (simulated) makes up a person and issues a card")
    stage.register.start()
    made = stage.desk("person", "--birth-date", "1996-03-15")
    card = stage.desk("issue", made["number"], "--out", str(stage.directory / "cards"))
    story.says(f"{made['name']}, identity number {made['number']}: nobody real")
    story.says(f"card {card['document_number']}, chip signed in the manner of ICAO 9303")
    return Person(
        number=made["number"],
        name=made["name"],
        phone=made["phone"],
        chip=Path(card["chip"]),
        holder=Path(card["holder"]),
    )


def enroll(stage: Stage, story: Story, person: Person) -> str:
    """The person opts in, from the app on the command line; the masked online number."""
    story.step("The person opts in from the app: chip, face, phone, password, device key")
    stage.service.start()
    password = stage.directory / "password"
    password.write_text(PASSWORD)
    printed = stage.holder(
        "enroll", "--service", stage.issuer, "--chip", str(person.chip),
        "--holder", str(person.holder), "--sign-in-name", SIGN_IN_NAME,
        "--password-file", str(password), "--sandbox",
    )  # fmt: skip
    for line in printed.splitlines():
        story.says(line)
    return masked_number(stage)


def verify_account(stage: Stage, story: Story, person: Person) -> Visitor:
    """A platform account is verified; what the platform got is shown beside what it did not."""
    story.step("A social platform: a new account, verified with the online number")
    stage.platform.start()
    visitor = Visitor(stage.platform_url, handle="river", phone="15400000001")
    visitor.sign_up()
    story.says("account @river: signed up with password and text message, as ever")
    page = visitor.verify(SIGN_IN_NAME, PASSWORD)
    promise(_BADGE in page.html, "the account is verified", page)
    story.good("@river is one real, verified person")
    claims = last_claims(stage.record)
    story.beside(
        claims,
        {
            "name": person.name,
            "identity number": person.number,
            "phone": person.phone,
            "birth date": "1996-03-15",
            "online number": masked_number(stage),
        },
    )
    received = stage.record.read_bytes()
    for secret in (person.name, person.number, person.phone, "1996-03-15"):
        promise(secret.encode() not in received, "the platform received nothing personal")
    story.good("none of the right column is in any byte that the platform received")
    return visitor


def refuse_second_account(stage: Stage, story: Story) -> Visitor:
    """The same person tries to verify a second account; it stays a legacy account."""
    story.step("The same person wants a second verified account")
    visitor = Visitor(stage.platform_url, handle="harbour", phone="15400000002")
    visitor.sign_up()
    page = visitor.verify(SIGN_IN_NAME, PASSWORD)
    promise(_BADGE not in page.html and page.status == 409, "a second one is refused", page)
    story.good("refused: one verified account per person")
    page = visitor.sign_in()
    promise(page.status == 200, "the legacy account goes on", page)
    story.good("@harbour goes on as a legacy account: password and text message")
    return visitor


def without_service(stage: Stage, story: Story, visitor: Visitor) -> None:
    """The service is stopped; legacy accounts do not notice. Then it is started again."""
    story.step("The service is switched off")
    stage.service.stop()
    page = visitor.sign_in()
    promise(page.status == 200, "a legacy account signs in without the service", page)
    story.good("@harbour still signs in")
    page = visitor.ask_to_verify()
    promise(page.status == 503, "the platform says that verification must wait", page)
    story.good("verification waits, in clear words; nothing else does")
    stage.service.start()


def replace_card(stage: Stage, story: Story, person: Person, number: str) -> None:
    """The card is replaced; the number stays."""
    story.step("The card is replaced; the person presents the new one")
    card = stage.desk("replace", person.number, "--out", str(stage.directory / "cards"))
    story.says(f"the authority issued {card['document_number']} in place of the old card")
    printed = stage.holder("replace", "--chip", card["chip"], "--holder", card["holder"])
    for line in printed.splitlines():
        story.says(line)
    promise(masked_number(stage) == number, "the number stays")
    story.good(f"the online number is still {number}")


def account_is_intact(story: Story, visitor: Visitor) -> None:
    """The verified account is the same one, by the same pseudonym."""
    page = visitor.sign_in_with_online_number(SIGN_IN_NAME, PASSWORD)
    promise(_BADGE in page.html and "river" in page.html, "the platform account is intact", page)
    story.good("@river signs in with the online number: same account, same pseudonym")
    visitor.close()


def steal(stage: Stage, story: Story, person: Person) -> None:
    """A thief has the whole database, and finds neither the person nor their platform."""
    story.step("A thief carries the database away")
    entries = list(sqlite_entries(stage.database))
    story.says(f"{len(entries)} values and files, searched plainly and in disguises")
    findings = search(
        entries,
        person={
            "identity number": person.number,
            "name": person.name,
            "phone": person.phone,
            "sign-in name": SIGN_IN_NAME,
            "pseudonym at the platform": str(last_claims(stage.record)["sub"]),
        },
        platform={
            "client id": CLIENT_ID,
            "client name": "The Square",
            "address of the platform": stage.platform_url,
        },
    )
    for finding in findings:
        story.says(f"FOUND {finding.what} in {finding.place} ({finding.disguise})")
    promise(not findings, "a stolen database names nobody and ties nobody to a platform")
    story.good("no identity number, no name, nothing that says which platform anybody uses")


def masked_number(stage: Stage) -> str:
    """The masked number, as the person's app shows it."""
    first = stage.holder("show").splitlines()[0]
    return first.partition(":")[2].strip()


def last_claims(record: Path) -> dict[str, object]:
    """The claims of the last ID token that the platform received."""
    token = _ID_TOKEN.findall(record.read_bytes())[-1]
    payload = token.split(b".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + b"=="))
    return claims


def promise(holds: object, what: str, page: Page | None = None) -> None:
    """PromiseBroken, with what was seen, unless it holds."""
    if not holds:
        seen = "" if page is None else f" (status {page.status}: {page.text[:200]})"
        raise PromiseBroken(log=f"{what}{seen}")
