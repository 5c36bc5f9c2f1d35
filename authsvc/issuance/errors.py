"""What this room refuses, in the words of OpenID for Verifiable Credential Issuance 1.0.

CredentialError (an OAuthError)
  InvalidCredentialRequest           malformed, or something is missing                 8.3.1.2
  UnknownCredentialConfiguration     no such kind of certificate
  UnknownCredentialIdentifier        no such name among those that the token response told
  InvalidProof                       no proof, or one that proves nothing
  InvalidNonce                       not a nonce of ours, too old, or used
  InvalidEncryptionParameters        a way of encrypting that is not spoken
  CredentialRequestDenied            this person gets none now
  InvalidTransactionID               not an id that this wallet was told, or one that was used 9.3
  InvalidNotificationRequest         malformed                                          11.3
  InvalidNotificationID              not an id that this wallet was told for this person
OfferOver (NotFound)                 an offer that there is not, or no longer
TooManyCertificates (Throttled)      a wallet that fetches without end
TooManyOffers (Throttled)            a person who invites wallets without end

Where the token is at fault, it is `oidc` that says so (section 8.3.1.1).
"""

from authsvc.errors import InvalidInput, NotFound, Text, Throttled
from authsvc.oidc.errors import OAuthError


class CredentialError(OAuthError, InvalidInput):
    """A request with a good token that is refused. Told as JSON with status 400."""

    next_step = Text("请在钱包应用中重试", "Try again in your wallet")


class InvalidCredentialRequest(CredentialError):
    """Not a credential request."""

    code = "issuance.invalid_credential_request"
    error = "invalid_credential_request"
    title = Text("领取请求不正确", "The credential request is not right")


class UnknownCredentialConfiguration(CredentialError):
    """A kind of certificate that there is not."""

    code = "issuance.unknown_credential_configuration"
    error = "unknown_credential_configuration"
    title = Text("没有这种网证", "There is no such kind of certificate")


class UnknownCredentialIdentifier(CredentialError):
    """A name that the token response did not tell, or that has changed since."""

    code = "issuance.unknown_credential_identifier"
    error = "unknown_credential_identifier"
    title = Text("没有这个网证标识", "There is no certificate of this identifier")


class InvalidProof(CredentialError):
    """The keys are not proved."""

    code = "issuance.invalid_proof"
    error = "invalid_proof"
    title = Text("密钥证明无效", "The proof of the keys is not valid")


class InvalidNonce(CredentialError):
    """The nonce of the proofs is not ours, too old, or used."""

    code = "issuance.invalid_nonce"
    error = "invalid_nonce"
    title = Text("nonce 无效", "The nonce is not valid")


class InvalidEncryptionParameters(CredentialError):
    """The response is wanted encrypted in a way that is not spoken, or by an open request."""

    code = "issuance.invalid_encryption_parameters"
    error = "invalid_encryption_parameters"
    title = Text("加密参数不正确", "The encryption parameters are not right")


class CredentialRequestDenied(CredentialError):
    """The person gets no certificate now, however often the wallet asks."""

    code = "issuance.credential_request_denied"
    error = "credential_request_denied"
    title = Text("目前不能领取网证", "No certificate can be fetched now")
    next_step = Text(
        "请在网号应用中查看您的证件", "Look at your documents in the app of your online number"
    )


class InvalidTransactionID(CredentialError):
    """Not a transaction that waits for this wallet."""

    code = "issuance.invalid_transaction_id"
    error = "invalid_transaction_id"
    title = Text("没有等待中的领取请求", "No request of this identifier waits")
    next_step = Text("请在钱包应用中重新领取", "Ask for the certificates anew in your wallet")


class InvalidNotificationRequest(CredentialError):
    """Not a notification."""

    code = "issuance.invalid_notification_request"
    error = "invalid_notification_request"
    title = Text("通知不正确", "The notification is not right")


class InvalidNotificationID(CredentialError):
    """Not an id that this wallet was told for this person."""

    code = "issuance.invalid_notification_id"
    error = "invalid_notification_id"
    title = Text("通知标识无效", "The notification id is not valid")


class OfferOver(NotFound):
    """No such offer, or no longer."""

    code = "issuance.offer_over"
    title = Text("此领取邀请已失效", "This offer is over")
    next_step = Text("请在网号应用中重新生成", "Make a new one in the app of your online number")


class TooManyCertificates(Throttled):
    """More than any wallet needs in two weeks."""

    code = "issuance.too_many"


class TooManyOffers(Throttled):
    """More than anybody has wallets; each leaves a line in the person's own log."""

    code = "issuance.too_many_offers"
