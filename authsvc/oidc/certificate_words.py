"""Kinds of certificates as people read of them: by the word of a scope, or of an act.

The words are those of `authsvc.certificates.credentials`, which says what such a certificate holds;
the room `issuance` hands them out (OpenID for Verifiable Credential Issuance 1.0).
"""

from collections.abc import Mapping
from types import MappingProxyType

from authsvc.errors import Text

SENTENCES: Mapping[str, Text] = MappingProxyType(
    {
        "verified-person": Text(
            "领取网证：证明您是一位真实、已核验的人，以及您是否已满 14、16、18 周岁（14 天内可用）",
            "fetch certificates that say you are a real, verified person, and whether you are over"
            " 14, 16 and 18 (good for 14 days)",
        ),
        "verified-person-brief": Text(
            "领取当日网证：内容相同，24 小时内可用",
            "fetch certificates of the same content for one day",
        ),
        "verified-person-counter": Text(
            "领取用于出示动态二维码的当日网证",
            "fetch certificates for one day that can be shown as a code at a counter",
        ),
        "verified-person-at-platform": Text(
            "领取各平台专用的网证，每个平台一个代号；本服务不知道您用于哪个平台（14 天内可用）",
            "fetch certificates for platforms, with a pseudonym for each; this service does not"
            " learn at which of them you use one (good for 14 days)",
        ),
        "residence-attestation": Text(
            "向户籍与居住管理部门查询并领取户籍所在省市的证明（用途：本人领取证明；24 小时内可用）",
            "ask the residence department and fetch certificates of the province and city of your"
            " registered residence (for yourself; good for one day)",
        ),
        "residence-permit-link": Text(
            "向户籍与居住管理部门查询并领取居住证关联证明（用途：本人领取证明；24 小时内可用）",
            "ask the residence department and fetch certificates of your residence permit (for"
            " yourself; good for one day)",
        ),
        "verified-person-mdoc": Text(
            "领取 mdoc 格式(ISO/IEC 18013-5)的网证：内容相同，14 天内可用",
            "fetch certificates of the same content in the format of mobile documents, mdoc (good"
            " for 14 days)",
        ),
        "verified-person-mdoc-brief": Text(
            "领取 mdoc 格式(ISO/IEC 18013-5)的当日网证：内容相同，24 小时内可用",
            "fetch certificates of the same content in the format of mobile documents, mdoc, for"
            " one day",
        ),
    }
)
