import pickle

import pytest

from authsvc.errors import AuthsvcError
from authsvc.settings import SettingsInvalid
from authsvc.web.errors import Incident, MethodNotAllowed


@pytest.mark.parametrize(
    "refusal",
    [
        SettingsInvalid(field="redis_url", log="a word for the operator"),
        MethodNotAllowed(allow="GET, POST"),
        Incident("a-number"),
    ],
    ids=lambda refusal: refusal.code,
)
def test_a_refusal_is_the_same_in_another_process(refusal: AuthsvcError):
    arrived = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - made here
    assert type(arrived) is type(refusal)
    assert str(arrived) == str(refusal)
    assert vars(arrived) == vars(refusal)
