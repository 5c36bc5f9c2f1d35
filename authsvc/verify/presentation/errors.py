"""Why a presentation is not taken. The `code` of each is stable: a platform may count by it.

    QueryRefused                 what was to be asked for is not DCQL as it is spoken here
    RequestRefused               a request that no wallet would answer
    ResponseRefused              what a wallet sent is not an answer to believe
      ResponseMalformed            no form or object as OpenID4VP has it, or too large
      StateRefused                 not the answer to this request
      OriginRefused                it came by a page of another origin (Digital Credentials API)
      EncryptionMissing            an encrypted answer was asked for
      EncryptionRefused            encrypted in another way than was asked for
      EncryptionKeyUnknown         encrypted to another key than this request's
      ResponseUndecipherable       the key does not open it
      PresentationUnasked          an answer to what was not asked
      PresentationMissing          what was asked for is not there
      ClaimMissing                 a claim that was asked for was not disclosed
      ClaimRefused                 a claim has another value than those asked for
      TransactionDataMissing       the holder did not sign what was to be authorized
      TransactionDataRefused       the holder signed something else

What is wrong with a credential itself is said by `authsvc.verify.errors`. No text contains anything
of what was presented.
"""

from authsvc.errors import InvalidInput, Text

_ANEW = Text("请发起新的请求", "Make a new request")


class QueryRefused(InvalidInput):
    """Not a DCQL query (OpenID4VP 1.0 section 6), or one that asks for what is not spoken here."""

    code = "verify.presentation.query_refused"
    title = Text("DCQL 查询不可用", "The DCQL query cannot be used")
    next_step = Text(
        "请按 OpenID4VP 1.0 第 6 节书写查询，格式为 dc+sd-jwt",
        "Write the query as OpenID4VP 1.0 section 6 has it, with the format dc+sd-jwt",
    )


class RequestRefused(InvalidInput):
    """A request whose parts do not go together."""

    code = "verify.presentation.request_refused"
    title = Text("请求的各部分不相符", "The parts of the request do not go together")
    next_step = Text(
        "请核对响应方式、地址与客户端标识",
        "Compare response mode, addresses and client identifier",
    )


class ResponseRefused(InvalidInput):
    """An answer that is not to be believed."""

    code = "verify.presentation.response_refused"
    title = Text("出示的内容不被接受", "The presentation is refused")
    next_step = _ANEW


class ResponseMalformed(ResponseRefused):
    """Not the parameters of an answer, or too large (OpenID4VP 1.0 section 8.1)."""

    code = "verify.presentation.malformed"
    title = Text("出示的内容格式不正确", "The answer is not formed as it should be")


class StateRefused(ResponseRefused):
    """`state` is missing or another request's."""

    code = "verify.presentation.state_refused"
    title = Text("state 不符", "This does not answer the request")


class OriginRefused(ResponseRefused):
    """The page that was answered is of another origin than the one that asked."""

    code = "verify.presentation.origin_refused"
    title = Text("来源不符", "This came by a page of another origin")


class EncryptionMissing(ResponseRefused):
    """An answer in the clear, where the request asked for an encrypted one (section 8.3)."""

    code = "verify.presentation.encryption_missing"
    title = Text("响应未加密", "The answer is not encrypted")


class EncryptionRefused(ResponseRefused):
    """Not ECDH-ES with A128GCM or A256GCM on P-256, or with members that are not understood."""

    code = "verify.presentation.encryption_refused"
    title = Text("加密方式不被接受", "The answer is encrypted in another way than was asked for")


class EncryptionKeyUnknown(ResponseRefused):
    """`kid` is missing or another request's."""

    code = "verify.presentation.encryption_key_unknown"
    title = Text("加密密钥未知", "The answer is encrypted to another key")


class ResponseUndecipherable(ResponseRefused):
    """The request's key does not open it, or it was altered."""

    code = "verify.presentation.undecipherable"
    title = Text("响应无法解密", "The answer cannot be decrypted")


class PresentationUnasked(ResponseRefused):
    """An answer to a credential query that there is not, or more of them than were asked for."""

    code = "verify.presentation.unasked"
    title = Text("出示了未请求的凭证", "There is more in the answer than was asked for")


class PresentationMissing(ResponseRefused):
    """A credential that the query requires is not there."""

    code = "verify.presentation.missing"
    title = Text("缺少所请求的凭证", "A credential that was asked for is missing")


class ClaimMissing(ResponseRefused):
    """A claim that the query requires was not disclosed."""

    code = "verify.presentation.claim_missing"
    title = Text("缺少所请求的声明", "A claim that was asked for was not disclosed")


class ClaimRefused(ResponseRefused):
    """A claim whose value is none of those that the query names."""

    code = "verify.presentation.claim_refused"
    title = Text("声明的值不符合要求", "A claim does not have a value that was asked for")


class TransactionDataMissing(ResponseRefused):
    """A transaction that no holder's proof has a hash of (OpenID4VP 1.0 section 8.4)."""

    code = "verify.presentation.transaction_data_missing"
    title = Text("持有人未授权该事项", "The holder did not authorize the transaction")


class TransactionDataRefused(ResponseRefused):
    """A hash of what was not sent, by another algorithm, in another's proof, or twice."""

    code = "verify.presentation.transaction_data_refused"
    title = Text("持有人授权的是其他事项", "The holder authorized something else")
