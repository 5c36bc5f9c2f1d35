"""What can be wrong with identity evidence.

InvalidInput   IdentityNumberInvalid, HolderNumberInvalid, DocumentKindUnknown,
               PrintedDetailMissing, PrintedDetailsWrong
  ChipRefused  ChipFileMalformed, DataGroupMalformed, DataGroupMissing, DataGroupNotSigned,
               DataGroupAltered, SecurityObjectMalformed, AlgorithmNotAllowed,
               SecurityObjectForged, SignerNotTrusted, SignerNotValidThen, SignerRevoked,
               ZoneMalformed, ChipNotAuthentic,
               DocumentContradictsItself, DocumentNotYetValid, DocumentExpired
TooLarge       ChipFileTooLarge
NotAuthenticated  PushNotAuthentic
Unavailable    RegisterUnavailable, RegisterWentBack, RevocationListStale, MasterListRefused,
               TravelAnchorsBroken

None of them ever carries what was presented: not in its texts, not in `log`, not as a cause.
"""

from authsvc.errors import InvalidInput, NotAuthenticated, Text, TooLarge, Unavailable

_READ_AGAIN = Text("请重新读取证件芯片", "Read the document's chip again")
_ASK_ISSUER = Text(
    "请重新读取证件芯片；若仍失败，请联系签发机关",
    "Read the chip again; if it fails again, ask the authority that issued the document",
)


class IdentityNumberInvalid(InvalidInput):
    """Not a citizen identity number of GB 11643."""

    code = "evidence.identity_number_invalid"
    title = Text("公民身份号码不正确", "This is not a valid identity number")
    next_step = Text(
        "请核对18位号码，使用半角数字，末位可为X",
        "Check the 18 characters: plain digits, the last one may be X",
    )


class HolderNumberInvalid(InvalidInput):
    """Not a number as this kind of document has it."""

    code = "evidence.holder_number_invalid"
    title = Text("证件号码不正确", "This is not a number of this kind of document")
    next_step = Text(
        "请核对证件上的号码与所选证件类型",
        "Check the number on the document, and the kind of document that was chosen",
    )


class DocumentKindUnknown(InvalidInput):
    """A kind of document that this service does not read."""

    code = "evidence.document_kind_unknown"
    title = Text("不支持该证件类型", "This kind of document is not supported")
    next_step = Text("请选择受支持的证件类型", "Choose a kind of document that is supported")


class PrintedDetailMissing(InvalidInput):
    """Something that is printed on a document of this kind was not sent."""

    code = "evidence.printed_detail_missing"
    title = Text("缺少证件上的信息", "Something that is printed on the document is missing")
    next_step = Text("请按证件填写标出的字段", "Fill in the named field as it is printed")


class PrintedDetailsWrong(InvalidInput):
    """The register knows no such document with all of these details."""

    code = "evidence.printed_details_wrong"
    title = Text("证件信息与登记不符", "The details are not those in the register")
    next_step = Text(
        "请逐字核对证件上的姓名、号码与日期",
        "Check name, number and date against the document, character by character",
    )


class ChipRefused(InvalidInput):
    """What was read from a chip is not accepted; the field at fault is always the chip file."""

    def __init__(
        self, *, field: str | None = "chip", retry_after: int | None = None, log: str = ""
    ) -> None:
        super().__init__(field=field, retry_after=retry_after, log=log)


class ChipFileMalformed(ChipRefused):
    """The chip file is not a well-formed container of elementary files."""

    code = "evidence.chip_file_malformed"
    title = Text("芯片数据格式不正确", "The chip data is not well formed")
    next_step = _READ_AGAIN


class ChipFileTooLarge(TooLarge):
    """The chip file is larger than any chip."""

    code = "evidence.chip_file_too_large"
    title = Text("芯片数据过大", "The chip data is too large")
    next_step = _READ_AGAIN


class DataGroupMalformed(ChipRefused):
    """A data group does not hold what its kind must hold."""

    code = "evidence.data_group_malformed"
    title = Text("芯片数据组内容不正确", "A data group of the chip is not well formed")
    next_step = _READ_AGAIN


class DataGroupMissing(ChipRefused):
    """A data group that this kind of document needs was not read."""

    code = "evidence.data_group_missing"
    title = Text("芯片数据不完整", "The chip data is incomplete")
    next_step = _READ_AGAIN


class DataGroupNotSigned(ChipRefused):
    """A data group was presented for which the security object has no hash."""

    code = "evidence.data_group_not_signed"
    title = Text("芯片含有未经签名的数据", "The chip data contains a part that nobody signed")
    next_step = _READ_AGAIN


class DataGroupAltered(ChipRefused):
    """A data group does not have the hash that was signed."""

    code = "evidence.data_group_altered"
    title = Text("芯片数据与签名不符", "The chip data is not what the issuer signed")
    next_step = _ASK_ISSUER


class SecurityObjectMalformed(ChipRefused):
    """The document security object is missing a part, or has one too many."""

    code = "evidence.security_object_malformed"
    title = Text("芯片安全对象格式不正确", "The chip's security object is not well formed")
    next_step = _READ_AGAIN


class AlgorithmNotAllowed(ChipRefused):
    """Signed or hashed with an algorithm that is not on the list."""

    code = "evidence.algorithm_not_allowed"
    title = Text("芯片使用了不受支持的算法", "The chip uses an algorithm that is not accepted")
    next_step = _ASK_ISSUER


class SecurityObjectForged(ChipRefused):
    """The signature over the security object does not verify."""

    code = "evidence.security_object_forged"
    title = Text("芯片签名无效", "The chip's signature does not verify")
    next_step = _ASK_ISSUER


class SignerNotTrusted(ChipRefused):
    """The document signer has no right to sign: no anchor stands above it, or it is unfit."""

    code = "evidence.signer_not_trusted"
    title = Text("证件签发者不受信任", "The document was not signed by a trusted authority")
    next_step = _ASK_ISSUER


class SignerNotValidThen(ChipRefused):
    """The document signer or its authority was not valid when the document was signed."""

    code = "evidence.signer_not_valid_then"
    title = Text(
        "证件签发证书在签发时无效", "The signer was not valid when the document was signed"
    )
    next_step = _ASK_ISSUER


class SignerRevoked(ChipRefused):
    """The state has revoked the document signer."""

    code = "evidence.signer_revoked"
    title = Text("证件签发证书已被吊销", "The document's signer was revoked by its state")
    next_step = _ASK_ISSUER


class ZoneMalformed(ChipRefused):
    """The machine readable zone is not one of Doc 9303, or a check digit in it is wrong."""

    code = "evidence.zone_malformed"
    title = Text("证件机读码不正确", "The machine readable zone is not right")
    next_step = _READ_AGAIN


class ChipNotAuthentic(ChipRefused):
    """The chip did not show that it has the private key that belongs to it: it may be a copy."""

    code = "evidence.chip_not_authentic"
    title = Text("无法证明芯片不是复制品", "The chip did not show that it is not a copy")
    next_step = Text(
        "请用本次办理的质询重新读取证件芯片",
        "Read the chip again, with the challenge of this enrollment",
    )


class DocumentContradictsItself(ChipRefused):
    """Two parts of a genuine document say different things."""

    code = "evidence.document_contradicts_itself"
    title = Text("证件内容前后不一致", "The document contradicts itself")
    next_step = Text(
        "请联系签发机关更正证件", "Ask the authority that issued the document to correct it"
    )


class DocumentNotYetValid(ChipRefused):
    """The document's first day lies ahead."""

    code = "evidence.document_not_yet_valid"
    title = Text("证件尚未生效", "The document is not valid yet")
    next_step = Text("请在证件生效后重试", "Try again once the document is valid")


class DocumentExpired(ChipRefused):
    """The document's last day has passed."""

    code = "evidence.document_expired"
    title = Text("证件已过期", "The document has expired")
    next_step = Text("请先换领新证件", "Have the document renewed first")


class PushNotAuthentic(NotAuthenticated):
    """A push that is not the register's, not for us, or not of now."""

    code = "evidence.push_not_authentic"
    title = Text("推送无法验证", "The push could not be verified")
    next_step = Text(
        "请用登记机关的密钥为本服务重新签名后推送",
        "Sign it afresh for this service with the register's key",
    )


class RegisterUnavailable(Unavailable):
    """The document register does not answer, or not as agreed."""

    code = "evidence.register_unavailable"
    title = Text("证件登记系统暂时不可用", "The document register is unavailable for the moment")
    next_step = Text(
        "请稍后重试，已完成的步骤不会丢失", "Try again shortly; finished steps are kept"
    )


class RegisterWentBack(Unavailable):
    """The register has lost changes that it told: what it counts anew would pass unseen."""

    code = "evidence.register_went_back"
    title = Text("证件登记系统的变更记录倒退", "The document register's feed has gone back")
    next_step = Text(
        "请运维人员与登记系统核对后重新读取变更记录",
        "An operator has to settle it with the register, and read the feed anew",
    )


class RevocationListStale(Unavailable):
    """All revocation lists of the document's state that we have are out of date."""

    code = "evidence.revocation_list_stale"
    title = Text(
        "该证件签发国的吊销列表已过期", "The revocation list of the document's state is out of date"
    )
    next_step = Text(
        "请稍后重试；服务方须更新吊销列表", "Try again later: the service has to renew the list"
    )


class MasterListRefused(Unavailable):
    """A master list in our folder is not signed on behalf of an authority that we trust."""

    code = "evidence.master_list_refused"
    title = Text("主列表无法验证", "A master list could not be verified")
    next_step = Text(
        "请检查密钥目录中的主列表及其签发国的根证书",
        "Check the master list in the key directory, and its state's own certificate beside it",
    )


class TravelAnchorsBroken(Unavailable):
    """A certificate or list in the folders of travel documents cannot be read."""

    code = "evidence.travel_anchors_broken"
    title = Text("证件签发国证书无法读取", "A certificate or list of a state cannot be read")
    next_step = Text(
        "请检查密钥目录 travel-anchors 与 travel-certificates 中的文件",
        "Check the files in travel-anchors and travel-certificates of the key directory",
    )
