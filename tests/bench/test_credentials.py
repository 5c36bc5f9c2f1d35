"""The bench of certificates measures whatever kinds there are."""

from authsvc.certificates.credentials.kinds import KINDS
from authsvc.storage.migrations.upgrading import upgrade
from bench.credentials import Bench
from tests.makers import NOW


async def test_every_kind_is_measured(tmp_path):
    bench = Bench(tmp_path, NOW)
    await upgrade(bench.database)
    found = [await bench.issuing(kind, 1) for kind in KINDS.values()]
    await bench.database.close()
    assert [each.kind for each in found] == list(KINDS)
    assert all(each.whole > each.bare > 0 for each in found)
