"""What can be wrong when somebody shows two documents as theirs.

Conflict     StepMissing: OtherDocumentMissing; NothingToJoin, NotOnePerson
"""

from authsvc.enrollment.errors import StepMissing
from authsvc.errors import Conflict, Text


class OtherDocumentMissing(StepMissing):
    """The second document comes first."""

    code = "enrollment.other_document_missing"
    title = Text("尚未提交另一证件", "The other document is missing")
    next_step = Text("请先提交另一证件", "Send the other document first")


class NothingToJoin(Conflict):
    """The holder of the document shown first has no online number to which it could be joined."""

    code = "enrollment.nothing_to_join"
    title = Text("先出示的证件没有网号", "The document shown first has no online number")
    next_step = Text(
        "请先出示要保留的网号的证件；如尚无网号，请申请开通",
        "Show the document of the number that is to stay first; or enroll if there is none",
    )


class NotOnePerson(Conflict):
    """The register does not say that both documents are one person's, or they are the same one."""

    code = "enrollment.not_one_person"
    title = Text(
        "登记机关未将两个证件登记为同一人", "The register does not say that both are one person's"
    )
    next_step = Text(
        "请先到签发机关办理合并，并出示两个不同的证件",
        "Have the authority register both as yours first, and show two different documents",
    )
