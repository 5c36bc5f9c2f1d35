"""What would be joined if credentials were sealed by a Merkle tree instead of one signature each?

It is played as in `test_linkability`, with what each form would add to a presentation: the root,
the size, the place of the leaf and its path. The service does not do it; `docs/credential.md` has
the decision, which rests on these and on `bench.sealing`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import pytest

from bench.merkle_tree import Tree, root_by
from tests.hostile import seen_in_town
from tests.hostile.linking import Seen
from tests.hostile.sightings import of_presentation, of_proof
from tests.hostile.test_linkability import ACROSS, BOUNDS, BRIEF, collect, open_town
from tests.hostile.town import RANDOM, Town

__all__ = ["open_town"]

# Which credentials are under one root, and in which order they stand there.
Form = Callable[[Town], Iterable[list[str]]]


def a_tree_for_a_wallet(town: Town) -> list[list[str]]:
    """One signature over all that is fetched at once."""
    return [[certificate for _, certificate in fetch.held] for fetch in town.fetches]


def a_tree_of_all_in_order(town: Town) -> list[list[str]]:
    """One over all that is fetched in an hour, as it comes."""
    of: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for fetch in town.fetches:
        of[fetch.times] += [certificate for _, certificate in fetch.held]
    return list(of.values())


def a_tree_of_all_by_lot(town: Town) -> list[list[str]]:
    """The same, and nobody knows where a leaf will stand: it is handed out when the hour ends."""
    return [RANDOM.sample(leaves, len(leaves)) for leaves in a_tree_of_all_in_order(town)]


def proofs(trees: Iterable[Sequence[str]]) -> dict[str, Seen]:
    """Of each certificate what a platform would be shown besides."""
    found = {}
    for certificates in trees:
        leaves = [each.partition("~")[0].rpartition(".")[0].encode() for each in certificates]
        tree = Tree(leaves)
        for index, certificate in enumerate(certificates):
            path = tree.proof(index)
            assert root_by(leaves[index], index, len(leaves), path) == tree.root
            jwt = certificate.partition("~")[0]
            found[jwt] = of_proof(tree.root, index=index, size=len(leaves), path=path)
    return found


@pytest.mark.parametrize(
    ("form", "joined"),
    [
        (a_tree_for_a_wallet, True),
        (a_tree_of_all_in_order, True),
        (a_tree_of_all_by_lot, False),
    ],
)
async def test_what_a_tree_tells(
    open_town, monkeypatch: pytest.MonkeyPatch, form: Form, joined: bool
):
    town = open_town(160)
    await town.enroll()
    await town.fetch(BRIEF)
    shown = proofs(form(town))

    def looked(text, *, arrived):
        seen, payload = of_presentation(text, arrived=arrived)
        beside = shown[text.partition("~")[0]]
        return Seen({**seen.numbers, **beside.numbers}, seen.values | beside.values), payload

    monkeypatch.setattr(seen_in_town, "of_presentation", looked)
    collected = await collect(town, BRIEF, ACROSS)
    verdict = collected.verdict(ACROSS, same_times=True)
    found = verdict.beyond(BOUNDS[BRIEF, ACROSS].beyond)
    if joined:
        assert "trained" in found
        assert verdict.advantage > 0.5
    else:
        assert found == {}
        # And no more than the hour, which the certificate says anyway.
        whole = collected.verdict(ACROSS, same_times=False)
        assert whole.beyond(BOUNDS[BRIEF, ACROSS].with_times) == {}
