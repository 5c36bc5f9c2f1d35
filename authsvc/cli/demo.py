"""`authsvc demo`: the whole mission on loopback, told step by step."""

import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import rich_click as click

from authsvc.cli.tour.stage import Stage
from authsvc.cli.tour.steps import PASSWORD, SIGN_IN_NAME, walk
from authsvc.cli.tour.story import Story
from authsvc.errors import Conflict, Text


class DirectoryInUse(Conflict):
    """The demo begins with nothing, so that what it shows is what it did."""

    code = "demo.directory_in_use"
    title = Text("目录不是空的", "The directory is not empty")
    next_step = Text("请指定一个新的目录", "Name a new directory")


@click.command()
@click.option("--once", is_flag=True, help="End after the tour instead of staying up.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new directory for everything; a temporary one, erased at the end, if not given.",
)
def demo(*, once: bool, directory: Path | None) -> None:
    """Show the whole mission: register, service and a social platform, for real, on loopback."""
    story = Story()
    with ExitStack() as until_the_end:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if directory is None:
            directory = Path(
                until_the_end.enter_context(tempfile.TemporaryDirectory(prefix="authsvc-demo-"))
            )
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise DirectoryInUse(field=str(directory))
        stage = Stage(directory)
        until_the_end.callback(stage.close)
        story.title("authsvc: from an ID document to a verified account")
        story.says("Setting up keys, database and the platform's registration")
        stage.prepare()
        walk(stage, story)
        if not once:
            _stay(stage, story)


def _stay(stage: Stage, story: Story) -> None:
    """Keeps everything up until Ctrl+C."""
    story.step("Everything stays up. Try it yourself; Ctrl+C ends it")
    story.says(f"the platform    {stage.platform_url}")
    story.says(f"its messages    {stage.platform_url}/outbox")
    story.says(f"the app         {stage.issuer}/app/")
    story.says(f"the service     {stage.issuer}/.well-known/openid-configuration")
    story.says(f"sign in with    {SIGN_IN_NAME} / {PASSWORD}")
    story.says(f"logs            {stage.directory}")
    try:
        signal.pause()
    except KeyboardInterrupt:
        story.says("Good-bye")
