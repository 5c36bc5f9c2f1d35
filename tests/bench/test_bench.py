"""The bench counts right, compares right and tells it whole. No test here asserts a time."""

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bench import alone, flame, goals, machine, plan, report
from bench.__main__ import QUICK, Bench
from bench.drawing import draw
from bench.goals import AT_MOST, Row, compared, row_of
from bench.http import Connection, LoadFailed, _read
from bench.load import Load, put_under_load
from bench.measure import Measured, Sample
from bench.sign_in import Form
from bench.subject import EMBEDDED, PRODUCTION
from tests.services import free_port

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def test_an_answer_is_whole_when_its_length_has_arrived():
    whole = HEAD + b"Content-Length: 5\r\n\r\nhello"
    for end in range(len(whole)):
        assert _read(bytearray(whole[:end])) is None
    answer = _read(bytearray(whole))
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.header(b"content-type") == b"text/plain"
    assert answer.header(b"location") == b""


def test_an_answer_in_chunks_is_joined():
    whole = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
    for end in range(len(whole)):
        assert _read(bytearray(whole[:end])) is None
    answer = _read(bytearray(whole))
    assert answer is not None
    assert answer.body == b"hello"


async def test_a_load_counts_what_was_answered_and_ends_in_time():
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                asked += 1
                writer.write(HEAD + b"content-length: 2\r\n\r\nok")
        writer.close()

    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)

    async def work(connection: Any) -> None:
        assert (await connection.ask(b"GET / HTTP/1.1\r\n\r\n")).body == b"ok"

    load = await put_under_load(port, [work] * 3, seconds=0.2, warm_up=0.1)
    server.close()
    await asyncio.sleep(0.05)
    assert 0 < len(load.times) <= load.done <= asked
    assert load.rate == len(load.times) / 0.2
    assert load.percentile(0.0) <= load.percentile(0.5) <= load.percentile(0.99)


async def test_a_server_that_hangs_up_fails_the_load():
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    connection = await Connection.open(port)
    with pytest.raises(LoadFailed):
        await connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    server.close()


def test_where_nothing_was_done_the_whole_time_is_told():
    assert Load(2.0, (), 0).percentile(0.99) == 2.0


def measured(
    kind: str, name: str, *rates: float, storage: str = EMBEDDED, workers: int = 1
) -> Measured:
    subject: Any = SimpleNamespace(
        name=name,
        title=f"{name} <{storage}>",
        storage=storage,
        workers=workers,
    )
    samples = [
        Sample(rate, cpu=1e6 / rate, resident=1, p50=1 / rate, p99=2 / rate) for rate in rates
    ]
    return Measured(kind, subject, samples)


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_medians():
    ours = measured(plan.CODE_FLOW, "authsvc", 100.0, 400.0, 300.0)
    node = measured(plan.CODE_FLOW, "node", 50.0, 80.0, 100.0)
    [row] = compared([ours, node])
    assert (row.ratio, row.value, row.peer_value) == (3.0, 300.0, 80.0)
    assert (row.goal, row.met) == (">= 4", False)


def test_a_goal_is_met_where_it_is_reached():
    ours = measured("UserInfo", "authsvc", 250.0, storage=PRODUCTION)
    [row] = compared([ours, measured("UserInfo", "node", 100.0)])
    assert (row.ratio, row.met) == (2.5, True)


def test_what_one_client_waits_is_compared_by_the_slowest_of_a_hundred():
    ours = measured(plan.LATENCY, "authsvc", 200.0)
    [row] = compared([ours, measured(plan.LATENCY, "node", 100.0)])
    assert (row.unit, row.value, row.ratio, row.met) == ("ms p99", 10.0, 0.5, True)


def test_two_workers_are_held_to_no_goal_of_one_core():
    ours = measured(plan.CODE_FLOW, "authsvc", 1.0, storage=PRODUCTION, workers=2)
    [row] = compared([ours, measured(plan.CODE_FLOW, "node", 1.0)])
    assert (row.goal, row.met) == (None, None)


def test_a_work_that_nobody_else_does_stands_alone():
    [row] = compared([measured("enrollment", "authsvc", 10.0)])
    assert row == Row("enrollment", EMBEDDED, 1, 10.0, "1/s")


def test_at_most_is_at_most():
    row = row_of("x", value=11.0, unit="us", peer="y", peer_value=10.0, way=AT_MOST, goal=1.15)
    assert (row.ratio, row.goal, row.met) == (1.1, "<= 1.15", True)


def test_every_goal_speaks_of_a_work_that_is_measured():
    names = [kind.name for kind in plan.KINDS]
    assert len(set(names)) == len(names)
    assert {goal.kind for goal in goals.GOALS} <= set(names)


def test_the_rows_are_written_with_these_members(tmp_path):
    ours = measured(plan.CODE_FLOW, "authsvc", 123.456)
    rows = compared([ours, measured(plan.CODE_FLOW, "node", 10.0)])
    report.write_rows(rows, tmp_path / "rows.json")
    [row] = json.loads((tmp_path / "rows.json").read_text())
    told = ["work", "storage", "workers", "value", "unit", "peer", "peer_value"]
    assert list(row) == [*told, "ratio", "goal", "met"]
    assert row["value"] == 123.5


def test_samples_table_and_drawing_are_whole(tmp_path):
    both = [measured("x", "authsvc", 200.0, 300.0), measured("x", "node", 1.0, 2.0)]
    report.write_samples(both, {"processors": 2}, tmp_path / "samples.json")
    kept = json.loads((tmp_path / "samples.json").read_text())["measured"]
    assert [sample["rate"] for sample in kept[0]["samples"]] == [200.0, 300.0]
    draw(both, tmp_path / "rates.svg")
    drawn = (tmp_path / "rates.svg").read_text()
    ElementTree.fromstring(drawn)  # noqa: S314  our own drawing
    assert "node &lt;SQLite" in drawn
    console = Console(record=True, width=200)
    report.show(compared(both), console)
    assert "node" in console.export_text()


def test_a_flame_is_as_wide_as_its_share():
    stacks = Counter({("a:f", "b:<g>"): 3, ("a:f",): 1})
    root = ElementTree.fromstring(flame.draw(stacks, "a & b"))  # noqa: S314  as above
    titles = [node.text for node in root.iter() if node.tag.endswith("title")]
    assert titles == ["a:f 100.0 %", "b:<g> 75.0 %"]


def test_a_page_is_filled_in_as_it_wishes():
    page = """<form action="/go" method="post"><input name="csrf" value="1">
    <input name="username"><button name="decision" value="deny">No</button>
    <button name="decision" value="approve">Yes</button></form>"""
    form = Form.of(page)
    assert form.action == "/go"
    assert form.values == {"csrf": "1", "username": "", "decision": "approve"}


@pytest.mark.parametrize("count", [2, 3, 4, 8])
def test_the_server_has_a_core_for_itself(monkeypatch, count):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(count)))
    found = machine.processors()
    assert len(found.server) == 1
    assert found.server.isdisjoint(found.load | found.stores)
    assert found.server < found.two_workers
    assert found.apart is (count >= 3)


def test_one_processor_is_not_enough(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    with pytest.raises(SystemExit):
        machine.processors()


def test_a_busy_moment_does_not_choose_the_interpreter(monkeypatch, tmp_path):
    """The quicker one was measured while the machine was busy, in all trials but one."""
    quick = tmp_path / "python3.11"
    quick.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = {quick: iter([9.0, 9.0, 0.5, 9.0])}
    monkeypatch.setattr(machine, "_seconds", lambda python: next(told.get(python, iter([1.0]))))
    assert machine.fastest_python() == quick


def test_whose_flow_was_measured_among_many_is_not_counted_as_a_worker(monkeypatch, tmp_path):
    def flow(workers: int) -> Measured:
        return measured(plan.CODE_FLOW, "authsvc", 9.0, storage=PRODUCTION, workers=workers)

    growth_row = Row("growth", PRODUCTION, 1, 1.0, "1/s")
    monkeypatch.setattr("bench.growth.populated", lambda *_: ["few", "many"])
    monkeypatch.setattr("bench.growth.OF_AGE_SECONDS", 0.0)
    monkeypatch.setattr("bench.growth.compared", lambda *_: ([flow(1), flow(1)], growth_row))
    monkeypatch.setattr("bench.__main__.take_turns", lambda *_, **__: [flow(1), flow(2)])
    monkeypatch.setattr("bench.__main__._SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(Bench, "_measure_alone", lambda _: None)
    nobody: Any = SimpleNamespace(ours=lambda _: [], peers=lambda _: [])

    bench = Bench(QUICK, [plan.CODE_FLOW], tmp_path)
    bench._measure(nobody)
    told = Counter(row.work.partition(",")[0] for row in bench._rows)
    assert told["memory of a worker after the code flow"] == 2
    assert told["two workers beside one"] == 1


def test_the_feed_is_told_for_both_pairs_of_stores(monkeypatch):
    monkeypatch.setattr(alone, "PYTHON", sys.executable)
    rows = alone.register_feed(strangers=20, known=2)
    assert [(row.work, row.storage) for row in rows] == [
        (f"register's feed, events of {whom}", storage)
        for storage in (EMBEDDED, PRODUCTION)
        for whom in ("strangers", "people known")
    ]
    assert all(row.ratio and row.value / row.ratio == pytest.approx(3.68, abs=0.01) for row in rows)
