"""`authsvc doctor`: looks at a deployment and says what is wrong with it, and what to do."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import rich_click as click

from authsvc.cli.doctor.finding import Finding, Level, broken, worst
from authsvc.cli.options import config_option
from authsvc.clock import SystemClock
from authsvc.settings import Settings, SettingsInvalid, load_settings

_SIGNS = {Level.GOOD: ("✓", "green"), Level.WEAK: ("!", "yellow"), Level.BROKEN: ("✗", "red")}
_EXIT_CODES = {Level.GOOD: 0, Level.WEAK: 0, Level.BROKEN: 1}


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--offline", is_flag=True, help="Do not ask the running service.")
def doctor(config: Path | None, *, as_json: bool, offline: bool) -> None:
    """Look at the settings, the keys, the stores, the front door and every client.

    Nothing is changed. The exit code is 1 if something is broken.
    """
    findings = _look_at_everything(config, offline=offline)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            _print(finding)
    raise SystemExit(_EXIT_CODES[worst(findings)])


def _look_at_everything(config: Path | None, *, offline: bool) -> list[Finding]:
    try:
        settings = load_settings(config)
    except SettingsInvalid as refusal:
        says = f"{refusal.field}: {refusal.log}" if refusal.field else refusal.log
        return [broken("settings", says, "See docs/settings.md; --config names a file")]
    return asyncio.run(_look(settings, offline=offline))


async def _look(settings: Settings, *, offline: bool) -> list[Finding]:
    from authsvc.cli.doctor.front_door import look_at_front_door
    from authsvc.cli.doctor.keys import look_at_keys
    from authsvc.cli.doctor.platforms import look_at_clients
    from authsvc.cli.doctor.setting import look_at_settings
    from authsvc.cli.doctor.stores import look_at_database, look_at_redis
    from authsvc.clients import Clients
    from authsvc.keyring import KeyRing
    from authsvc.keyring.errors import KeyRingBroken
    from authsvc.storage import Database
    from authsvc.storage.ephemeral.redis import RedisBackend

    clock = SystemClock()
    found = list(look_at_settings(settings))
    try:
        keyring = KeyRing.open(settings.key_directory, rules=settings.keys)
        found += look_at_keys(settings, keyring, now=clock.now())
    except KeyRingBroken as refusal:
        found.append(broken("keys", refusal.log, refusal.next_step.en))
    database = Database(settings.database)
    try:
        stored = [finding async for finding in look_at_database(database, clock)]
        found += stored
        if worst(stored) is not Level.BROKEN:
            clients = Clients(database, loopback_http=settings.sandbox)
            found += [finding async for finding in look_at_clients(clients, settings)]
    finally:
        await database.close()
    if settings.redis_url:
        redis = RedisBackend(settings.redis_url)
        try:
            found += [finding async for finding in look_at_redis(redis, clock)]
        finally:
            await redis.close()
    if not offline:
        found += await asyncio.to_thread(
            lambda: list(look_at_front_door(settings, now=clock.now()))
        )
    return found


def _print(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.level]
    click.echo(f"{click.style(sign, fg=colour)} {finding.about}: {finding.says}")
    if finding.advice:
        click.echo(f"  {finding.advice}")
