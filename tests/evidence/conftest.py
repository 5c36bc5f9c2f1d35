"""A trusted authority and its document signer, and the simulated authority."""

from pathlib import Path

import pytest

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.passive_authentication import PassiveAuthentication
from tests.evidence.makers import Certified, Recipe, anchor, certify, p256
from tests.makers import AdjustableClock


@pytest.fixture(scope="session")
def csca() -> Certified:
    """The trust anchor."""
    return anchor()


@pytest.fixture(scope="session")
def signer(csca: Certified) -> Certified:
    """A document signer that the anchor certified."""
    return certify(p256(), by=csca, name="test signer")


@pytest.fixture
def recipe(signer: Certified) -> Recipe:
    """How a good security object is made."""
    return Recipe(signer)


@pytest.fixture
def passive_authentication(csca: Certified) -> PassiveAuthentication:
    """Trusts the one anchor."""
    return PassiveAuthentication([csca.certificate])


@pytest.fixture
def authority(tmp_path: Path, clock: AdjustableClock) -> DocumentAuthority:
    """A simulated authority that has seen nobody yet."""
    return DocumentAuthority.open(tmp_path / "register", clock=clock)
