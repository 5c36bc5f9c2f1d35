"""Why an mdoc is not believed, beyond what can be wrong with any certificate.

MdocMalformed                not a DeviceResponse with one document, or CBOR with two readings
DeviceSignatureRefused       another key than the holder's has signed, or for another request
"""

from authsvc.errors import Text
from authsvc.verify.errors import TokenRefused


class MdocMalformed(TokenRefused):
    """Not the CBOR of a DeviceResponse (ISO/IEC 18013-5 section 8.3.2.1.2.2), or too long."""

    code = "verify.mdoc_malformed"
    title = Text("不是 mdoc 出示内容", "This is no presentation of an mdoc")
    next_step = Text(
        "请原样传入收到的 DeviceResponse", "Hand over the DeviceResponse as it came, in octets"
    )


class DeviceSignatureRefused(TokenRefused):
    """The device's key has not signed this for this session: the two cannot be told apart.

    The transcript of the session is in what is signed (section 9.1.3.4), so that an answer to
    another request, or to somebody else, fails here.
    """

    code = "verify.device_signature_refused"
    title = Text(
        "持有证明无效，或不是对本次请求的回应",
        "Another key than the holder's has signed, or for another request",
    )
    next_step = Text("请重新请求出示", "Ask for it again, with a new nonce")
