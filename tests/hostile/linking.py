"""Whoever tries to join what was seen in two places, and the game that says how well they do.

A question is something that was seen, the answers are a line-up: one of them is the same person's,
the others are strangers' of whom the attacker was told the same. Whoever has nothing but chance is
right once in as many as there are answers. How often an attacker may be right by luck is computed
(binomial), so that a test fails for what leaks and not for how the dice fell.

The attackers know everything that was seen but whose it was, and of some people that, too: those
are accounts of their own, from which they learn what to look at.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from secrets import SystemRandom

# Right more often than this by luck alone: one attacker in so many. A run has less than two
# thousand, so that one run in fifty thousand fails for nothing.
UNLIKELY = 1e-8
# The right one and nine strangers. In a small line-up each bit that leaks shows most.
STRANGERS = 9

_RANDOM = SystemRandom()
_BINS = 8
_SURE = 3
_HALF = 1 << 10
_RANK = "order of "


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen at once: numbers by their place, and every value wherever it stood."""

    numbers: Mapping[str, float]
    values: frozenset[str]


@dataclass(frozen=True)
class Sighting:
    """The same with what the referee alone knows: whose it is, and what was meant to be told.

    `told` is what the holder says of themselves, `times` what every certificate says of itself.
    """

    who: int
    told: Hashable
    times: Hashable
    seen: Seen


@dataclass(frozen=True)
class LineUp:
    """A question, and answers of which the one at `right` is the same person's."""

    who: int
    question: Seen
    answers: Sequence[Seen]
    right: int


@dataclass(frozen=True)
class Verdict:
    """How often each attacker was right of `count` times, about so many `people`."""

    count: int
    people: int
    chance: float
    right: Mapping[str, int]

    @property
    def best(self) -> str:
        """The attacker who did best."""
        return max(self.right, key=self.right.__getitem__)

    @property
    def advantage(self) -> float:
        """How much more often than chance the best attacker is right: between 0 and 1."""
        return self.right[self.best] / self.count - self.chance

    def beyond(self, bound: float) -> dict[str, int]:
        """The attackers whose advantage is above a bound, by more than luck.

        Who is right about somebody's first visit may be so about the next for the same reason: luck
        is counted as if each person had come once.
        """
        most = most_by_luck(self.people, min(1.0, self.chance + bound)) / self.people
        return {name: right for name, right in self.right.items() if right / self.count > most}


def most_by_luck(count: int, chance: float) -> int:
    """How often one is right of `count` at most, but for one game in 1 / UNLIKELY."""
    if chance >= 1:
        return count
    odds = math.log(chance), math.log1p(-chance)
    tail = 0.0
    for right in range(count, -1, -1):
        ways = math.lgamma(count + 1) - math.lgamma(right + 1) - math.lgamma(count - right + 1)
        tail += math.exp(ways + right * odds[0] + (count - right) * odds[1])
        if tail > UNLIKELY:
            return right
    return 0


def line_ups(
    questions: Iterable[Sighting], answers: Iterable[Sighting], *, same_times: bool
) -> list[LineUp]:
    """A line-up for each question of which there is a right answer and some stranger's.

    Strangers say the same of themselves; with `same_times` so do their certificates of theirs.
    """

    def group(each: Sighting) -> Hashable:
        return (each.told, each.times) if same_times else each.told

    alike: defaultdict[Hashable, defaultdict[int, list[Seen]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in answers:
        alike[group(each)][each.who].append(each.seen)
    found = []
    for each in questions:
        people = alike[group(each)]
        strangers = [who for who in people if who != each.who]
        if each.who not in people or not strangers:
            continue
        drawn = _RANDOM.sample(strangers, min(STRANGERS, len(strangers)))
        right = _RANDOM.randrange(len(drawn) + 1)
        drawn.insert(right, each.who)
        found.append(
            LineUp(each.who, each.seen, [_RANDOM.choice(people[who]) for who in drawn], right)
        )
    return found


def judge(played: Sequence[LineUp], *, known: Callable[[int], bool]) -> Verdict:
    """The attackers learn from the people they know, and are asked about the others."""
    learnt = [each for each in played if known(each.who)]
    asked = [each for each in played if not known(each.who)]
    attackers = Attackers(learnt, played)
    right = Counter(dict.fromkeys(attackers.names, 0))
    for each in asked:
        right.update(name for name, said in attackers.said(each) if said == each.right)
    chance = sum(1 / len(each.answers) for each in asked) / len(asked)
    return Verdict(len(asked), len({each.who for each in asked}), chance, right)


class Attackers:
    """All of them: each way of comparing by itself, and one who has learnt to weigh them all.

    The ways are: how rare the values are that two have in common; how near a number is to that of
    the same place; and whether the order by one number is the order by another.
    """

    def __init__(self, learnt: Sequence[LineUp], played: Sequence[LineUp]) -> None:
        here = {id(each.question): each.question for each in played}
        there = {id(seen): seen for each in played for seen in each.answers}
        self._rarity = _rarity([*here.values(), *there.values()])
        self._shared = {
            key: seen.values & self._rarity.keys() for key, seen in (here | there).items()
        }
        questions, answers = _Columns(here), _Columns(there)
        self._questions, self._answers = questions.of, answers.of
        ways = _ways(questions.names, answers.names)
        self._ways = [(questions.names.index(a), answers.names.index(b)) for _, a, b in ways]
        self.names = ("values in common", *(name for name, _, _ in ways), "trained")
        self._learn([(each, self._compared(each)) for each in learnt])

    def said(self, line_up: LineUp) -> Iterator[tuple[str, int]]:
        """Which answer each of them says is the right one."""
        compared = self._compared(line_up)
        columns = [*zip(*compared, strict=True), [self._strange(row) for row in compared]]
        # The first of several that are as near is any of them: line-ups have no order.
        for name, column in zip(self.names, columns, strict=True):
            yield name, column.index(min(column))

    def _compared(self, line_up: LineUp) -> list[list[float]]:
        """How far each answer is from the question, in each of the ways."""
        question, shared = self._questions[id(line_up.question)], self._shared
        told, rarity = shared[id(line_up.question)], self._rarity
        rows = []
        for seen in line_up.answers:
            answer = self._answers[id(seen)]
            row = [-sum(rarity[value] for value in told & shared[id(seen)])]
            row += [abs(question[a] - answer[b]) for a, b in self._ways]
            rows.append(row)
        return rows

    def _learn(self, learnt: Sequence[tuple[LineUp, list[list[float]]]]) -> None:
        """How much likelier each distance is between two strangers than within one person."""
        own = [rows[each.right] for each, rows in learnt]
        others = [row for each, rows in learnt for at, row in enumerate(rows) if at != each.right]
        self._learnt = []
        for way, (one, all_others) in enumerate(
            zip(zip(*own, strict=True), zip(*others, strict=True), strict=True)
        ):
            near = sorted(one)
            steps = sorted({near[at * len(near) // _BINS] for at in range(1, _BINS)})
            weights = _weights(near, all_others, steps)
            if any(weights):
                self._learnt.append((way, steps, weights))

    def _strange(self, row: Sequence[float]) -> float:
        return sum(weights[bisect_left(steps, row[way])] for way, steps, weights in self._learnt)


def _weights(near: Sequence[float], far: Sequence[float], steps: Sequence[float]) -> list[float]:
    """For each part between the steps, how much more of what is far lies in it; in logarithms.

    What may well be luck (three standard errors) is left out: there are many ways of comparing, and
    their noise together would drown the one that tells.
    """
    own = Counter(bisect_left(steps, each) for each in near)
    others = Counter(bisect_left(steps, each) for each in far)
    every = math.log((len(near) + len(steps) + 1) / (len(far) + len(steps) + 1))
    weights = []
    for part in range(len(steps) + 1):
        here, there = own[part] + 1, others[part] + 1
        weight = math.log(there / here) + every
        weights.append(weight if abs(weight) > _SURE * math.sqrt(1 / here + 1 / there) else 0.0)
    return weights


def _rarity(seen: Collection[Seen]) -> dict[str, float]:
    """How rare each value is that more than one has."""
    held = Counter(value for each in seen for value in each.values)
    return {value: math.log(len(seen) / count) for value, count in held.items() if count > 1}


class _Columns:
    """The numbers of what was seen, and the rank of each (0 to 1); not what is the same in all.

    An index also in halves: who knows that places follow from a counter, and not how, tries those.
    """

    def __init__(self, seen: Mapping[int, Seen]) -> None:
        found: dict[str, list[float]] = {}
        for name in sorted(set.intersection(*(set(each.numbers) for each in seen.values()))):
            column = [each.numbers[name] for each in seen.values()]
            ordered = sorted(column)
            if ordered[0] == ordered[-1]:
                continue
            found[name] = column
            if name.endswith("idx"):
                found[f"high half of {name}"] = [number // _HALF for number in column]
                found[f"low half of {name}"] = [number % _HALF for number in column]
            if not name.endswith(":"):
                found[_RANK + name] = [bisect_left(ordered, n) / len(ordered) for n in column]
        self.names = [*found]
        self.of = dict(zip(seen, zip(*found.values(), strict=True), strict=True))


def _ways(here: Collection[str], there: Collection[str]) -> list[tuple[str, str, str]]:
    """What is compared with what, and what that is called."""
    near = [(f"{name} is near", name, name) for name in here if name in there]
    ranks = [
        (f"{first} is that of {second}", first, second)
        for first in here
        for second in there
        if first.startswith(_RANK) and second.startswith(_RANK)
    ]
    return [each for each in near if not each[1].startswith(_RANK)] + ranks
