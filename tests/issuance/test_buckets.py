"""Which platforms share a bucket."""

from hashlib import sha256

from authsvc.issuance.buckets import FEWEST, MOST, buckets_of

MANY = [f"platform-{number}.example" for number in range(3000)]


def near(victim, bits, count):
    """Sectors whose hashes begin as the victim's does, and then go another way."""
    wanted = int.from_bytes(sha256(victim.encode()).digest(), "big") >> (256 - bits)
    found: list[str] = []
    number = 0
    while len(found) < count:
        name = f"attacker-{number}.example"
        place = int.from_bytes(sha256(name.encode()).digest(), "big") >> (256 - bits)
        if place ^ wanted == 1:
            found.append(name)
        number += 1
    return found


def test_no_platform_is_without_company():
    assert dict(buckets_of([])) == {}
    assert dict(buckets_of(["only.example"])) == {"": ("only.example",)}
    buckets = buckets_of(MANY)
    assert sorted(name for bucket in buckets.values() for name in bucket) == sorted(MANY)
    assert all(FEWEST <= len(bucket) <= MOST for bucket in buckets.values())


def test_one_platform_more_changes_one_bucket():
    before, after = buckets_of(MANY), buckets_of([*MANY, "one-more.example"])
    changed = {name for name in before if before[name] != after.get(name)}
    assert len(changed) <= 1


def test_whoever_registers_many_names_does_not_single_a_platform_out():
    honest, victim = MANY[:40], MANY[0]
    buckets = buckets_of([*honest, *near(victim, 6, 70)])
    [company] = [bucket for bucket in buckets.values() if victim in bucket]
    assert all(FEWEST <= len(bucket) <= MOST for bucket in buckets.values())
    assert len(set(company) & set(honest)) >= 2
