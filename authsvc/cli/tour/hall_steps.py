"""The story of the service hall: each step does something real, says it, and checks it."""

from pathlib import Path

from authsvc.cli.tour.applicant import Applicant, codes, is_done
from authsvc.cli.tour.browser import Page
from authsvc.cli.tour.hall_stage import HallStage
from authsvc.cli.tour.steps import (
    PASSWORD,
    SIGN_IN_NAME,
    Person,
    enroll,
    last_claims,
    masked_number,
    meet,
    promise,
)
from authsvc.cli.tour.story import Story

# GB/T 2260, as the hall lists them.
_SHENZHEN, _HANGZHOU, _CHENGDU = "440300", "330100", "510100"
_DEPARTMENTS = {"move": "residence", "permit": "residence", "school": "education"}
_DEPARTMENTS |= {"insurance": "social_insurance"}


def walk_hall(stage: HallStage, story: Story) -> None:
    """The whole story; PromiseBroken at the first step that does not hold."""
    person = meet(stage, story)
    number = enroll(stage, story, person)
    stage.office.start()
    stage.hall.start()
    applicant = Applicant(stage.hall_url, SIGN_IN_NAME, PASSWORD)
    card = replace_lost_card(story, applicant, person)
    subject = take_new_card(stage, story, applicant, card, number)
    move_household(stage, story, applicant)
    link_permit(stage, story, applicant)
    new_in_town(stage, story, applicant)
    everything_goes_on(stage, story, person, subject, number)
    applicant.close()


def replace_lost_card(story: Story, applicant: Applicant, person: Person) -> Page:
    """Without leaving home: loss reported, new card issued."""
    story.step("The card is lost. The person applies for a new one, without leaving home")
    page = applicant.asks("card")
    promise(page.has("approve"), "the service asks for consent", page)
    story.says("the hall's request was pushed, signed and bound to a key (FAPI 2.0)")
    page = applicant.agrees(page, "identity")
    promise(person.name in page.text, "the hall was told who it is", page)
    promise(person.number not in page.text, "the number is masked", page)
    story.says("told, with separate consent and under a law: name and identity number")
    return _carried_out(story, applicant, page)


def take_new_card(
    stage: HallStage, story: Story, applicant: Applicant, page: Page, number: str
) -> str:
    """The card comes by post; the app takes it. The pseudonym at the hall."""
    story.step("The new card comes by post, and reaches the app")
    before = last_claims(stage.hall_record)["sub"]
    [chip] = stage.mailbox.glob("*.chip")
    holder = Path(str(chip).removesuffix(".chip") + ".holder.json")
    printed = stage.holder("replace", "--chip", str(chip), "--holder", str(holder))
    for line in printed.splitlines():
        story.says(line)
    promise(masked_number(stage) == number, "the number stays")
    page = applicant.comes_back(page)
    promise('id="confirmed"' in page.html, "the same person comes back", page)
    after = last_claims(stage.hall_record)["sub"]
    promise(before == after, "the hall knows them by the same pseudonym")
    story.good("same number, same pseudonym at the hall: the hall knows who came back")
    return str(after)


def move_household(stage: HallStage, story: Story, applicant: Applicant) -> None:
    """To another province; the department attests the new one."""
    story.step("The household moves to another province")
    page = applicant.agrees(applicant.asks("move", city=_SHENZHEN), "identity")
    page = _carried_out(story, applicant, page)
    _link(stage, story, page)
    page = applicant.comes_back(page)
    promise("Shenzhen, Guangdong" in _attested(page), "moved", page)
    story.good("the residence department attests it, to the hall, under its own signature")


def link_permit(stage: HallStage, story: Story, applicant: Applicant) -> None:
    """A residence permit of another city; the person's log shows who asked."""
    story.step("A residence permit, in a city where the person works")
    page = applicant.agrees(applicant.asks("permit", city=_HANGZHOU), "identity")
    page = _carried_out(story, applicant, page)
    promise(not codes(page), "the record is linked already", page)
    page = applicant.comes_back(page)
    promise("Hangzhou" in _attested(page), "the permit is attested", page)
    lines = [line for line in stage.holder("log").splitlines() if "attributes_asked" in line]
    promise(lines, "the person's log shows each question")
    for line in lines[:3]:
        story.says(line.strip())
    story.good("the permit is attested, and each question stands in the person's own log")


def new_in_town(stage: HallStage, story: Story, applicant: Applicant) -> None:
    """Three departments, three applications, one consent."""
    story.step('"One thing": new in town - residence, school and social insurance in one consent')
    page = applicant.asks("new-in-town", city=_CHENGDU)
    boxes = tuple(page.form_with("approve").boxes)
    story.says(f"one page: three departments, {len(boxes)} boxes that nobody has ticked")
    page = _carried_out(story, applicant, applicant.agrees(page, *boxes))
    _link(stage, story, page)
    page = applicant.comes_back(page)
    promise("Chengdu" in _attested(page) and _attested(page).count("yes") == 3, "all three", page)
    story.good("three applications carried out; three departments attest them")


def everything_goes_on(
    stage: HallStage, story: Story, person: Person, subject: str, number: str
) -> None:
    """The number and the pseudonym stayed, and the hall kept no identity number."""
    story.step("Documents changed, the person moved: the number stays")
    promise(masked_number(stage) == number, "the number stays")
    promise(last_claims(stage.hall_record)["sub"] == subject, "the pseudonym stays")
    story.good(f"online number {number} and the pseudonym at the hall are what they were")
    files = list(stage.directory.glob(f"{stage.hall_data.name}*"))
    kept = b"".join(file.read_bytes() for file in [*files, stage.hall_record])
    promise(person.number.encode() not in kept, "the hall keeps no identity number")
    story.good("no identity number in anything that the hall received unsealed, or keeps")


def _carried_out(story: Story, applicant: Applicant, page: Page) -> Page:
    """Files what was told, and watches until it is carried out."""
    page = applicant.watches(applicant.files(page), story.says)
    promise(is_done(page), "the application is carried out", page)
    story.good("carried out")
    return page


def _link(stage: HallStage, story: Story, page: Page) -> None:
    """The person enters in the app each code that the hall shows."""
    for case, code in codes(page).items():
        stage.holder("link", _DEPARTMENTS[case], code)
        story.says(f"in the app: linked the record of {_DEPARTMENTS[case]} by the code {code}")


def _attested(page: Page) -> str:
    """The part of the page that says what is attested now."""
    _, _, after = page.html.partition('id="attested"')
    return after.partition("</section>")[0]
