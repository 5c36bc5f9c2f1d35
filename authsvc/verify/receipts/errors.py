"""Why a receipt proves nothing, beyond what can be wrong with any token.

ReferenceRefused       it belongs to another account
ReferenceRepeated      two accounts, one reference: one receipt was handed in twice
CounterfoilRefused     the counterfoil in it is of another certificate, or of another time
CounterfoilRepeated    one certificate was shown once, and counted twice
"""

from authsvc.errors import Text
from authsvc.verify.errors import TokenRefused

_ASK = Text("请向平台核实", "Ask the platform")


class ReferenceRefused(TokenRefused):
    """`reference` is not the one under which the platform keeps it."""

    code = "verify.receipt_reference_refused"
    title = Text("凭据属于另一个账号", "The receipt belongs to another account")
    next_step = _ASK


class ReferenceRepeated(TokenRefused):
    """A reference that stood on another receipt before."""

    code = "verify.receipt_reference_repeated"
    title = Text("同一编号重复出现", "The same reference appears twice")
    next_step = _ASK


class CounterfoilRefused(TokenRefused):
    """The counterfoil does not go with the receipt."""

    code = "verify.counterfoil_refused"
    title = Text("存根与凭据不符", "The counterfoil does not go with the receipt")
    next_step = _ASK


class CounterfoilRepeated(TokenRefused):
    """A counterfoil, or a receipt of the issuer's, that stood for another account before."""

    code = "verify.counterfoil_repeated"
    title = Text("同一存根重复出现", "The same counterfoil appears twice")
    next_step = _ASK
