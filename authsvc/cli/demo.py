"""`authsvc demo`: the whole mission on loopback, told step by step."""

import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import rich_click as click

from authsvc.cli.tour.hall_stage import HallStage
from authsvc.cli.tour.hall_steps import walk_hall
from authsvc.cli.tour.stage import Stage
from authsvc.cli.tour.steps import PASSWORD, SIGN_IN_NAME, walk
from authsvc.cli.tour.story import Story
from authsvc.errors import Conflict, Text

_STAYS = "Everything stays up. Try it yourself; Ctrl+C ends it"


class DirectoryInUse(Conflict):
    """The demo begins with nothing, so that what it shows is what it did."""

    code = "demo.directory_in_use"
    title = Text("目录不是空的", "The directory is not empty")
    next_step = Text("请指定一个新的目录", "Name a new directory")


@click.command()
@click.option(
    "--story",
    type=click.Choice(["square", "service-hall"]),
    default="square",
    show_default=True,
    help="A social platform that verifies people, or a government hall that works from home.",
)
@click.option("--once", is_flag=True, help="End after the tour instead of staying up.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new directory for everything; a temporary one, erased at the end, if not given.",
)
def demo(*, story: str, once: bool, directory: Path | None) -> None:
    """Show the whole mission: register, service and a platform, for real, on loopback."""
    telling = Story()
    with ExitStack() as until_the_end:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if directory is None:
            directory = Path(
                until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="authsvc-demo-"))
            )
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise DirectoryInUse(field=str(directory))
        if story == "service-hall":
            _tell_of_hall(directory, telling, until_the_end, once=once)
        else:
            _tell_of_square(directory, telling, until_the_end, once=once)


def _tell_of_square(directory: Path, story: Story, until_the_end: ExitStack, *, once: bool) -> None:
    stage = Stage(directory)
    until_the_end.callback(stage.close)
    story.title("authsvc: from an ID document to a verified account")
    story.says("Setting up keys, database and the platform's registration")
    stage.prepare()
    walk(stage, story)
    if not once:
        story.step(_STAYS)
        story.says(f"the platform    {stage.platform_url}")
        story.says(f"its messages    {stage.platform_url}/outbox")
        _stay(stage, story)


def _tell_of_hall(directory: Path, story: Story, until_the_end: ExitStack, *, once: bool) -> None:
    stage = HallStage(directory)
    until_the_end.callback(stage.close)
    story.title("authsvc: documents change, people move, the number stays")
    story.says("Setting up keys, database and the hall's registration")
    stage.prepare()
    walk_hall(stage, story)
    if not once:
        story.step(_STAYS)
        story.says(f"the hall        {stage.hall_url}")
        story.says(f"new cards       {stage.mailbox}")
        _stay(stage, story)


def _stay(stage: Stage, story: Story) -> None:
    """Keeps everything up until Ctrl+C."""
    story.says(f"the app         {stage.issuer}/app/")
    story.says(f"the service     {stage.issuer}/.well-known/openid-configuration")
    story.says(f"sign in with    {SIGN_IN_NAME} / {PASSWORD}")
    story.says(f"logs            {stage.directory}")
    try:
        signal.pause()
    except KeyboardInterrupt:
        story.says("Good-bye")
