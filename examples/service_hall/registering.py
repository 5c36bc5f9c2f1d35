"""The keys of the hall, and what an operator imports for it.

python -m examples.service_hall.registering CLIENT_ID KEY_FILE ADDRESS    prints the registration
"""

import json
import sys
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from examples.service_hall.filing_pages import CALLBACK
from examples.service_hall.services import LEGAL_BASIS, registered_queries


def make_keys(file: Path) -> None:
    """A key that signs and one that opens what is sealed, in a file for the hall alone."""
    sign = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    seal = ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, auto_kid=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(json.dumps([each.as_dict(private=True) for each in (sign, seal)]))


def read_keys(file: Path) -> tuple[ECKey, ECKey]:
    """The two keys of a file."""
    sign, seal = (ECKey.import_key(each) for each in json.loads(file.read_text()))
    return sign, seal


def registration(client_id: str, file: Path, address: str) -> dict[str, Any]:
    """The document that an operator imports (RFC 7591)."""
    public = [each.as_dict(private=False) for each in read_keys(file)]
    return {
        "client_id": client_id,
        "client_name": "样例政务服务大厅",
        "profile": "fapi2",
        "redirect_uris": [address + CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": public},
        "scope": "openid identity",
        "identity_legal_basis": LEGAL_BASIS,
        "purposes": {"identity": {"zh": "向登记机关提交您的申请", "en": "filing your application"}},
        "contacts": ["hall@hall.example"],
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "ES256",
        "userinfo_encrypted_response_alg": "ECDH-ES",
        "category": "government",
        "authorization_details_types": ["attribute_query"],
        "attribute_queries": registered_queries(),
    }


def main(client_id: str, key_file: str, address: str) -> None:
    """Makes the keys and prints what to register."""
    make_keys(Path(key_file))
    print(json.dumps(registration(client_id, Path(key_file), address), ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
