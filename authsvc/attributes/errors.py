"""What can go wrong between the service and a department.

Unavailable   DepartmentUnavailable
NotFound      PersonNotLinked, LinkCodeUnknown
InvalidInput  DepartmentUnknown
"""

from authsvc.errors import InvalidInput, NotFound, Text, Unavailable


class DepartmentUnavailable(Unavailable):
    """No answer, a late one, a large one, or one that is not to be believed."""

    code = "attributes.department_unavailable"
    title = Text("暂时无法向该部门查询", "The department cannot be asked right now")
    next_step = Text("请稍后重试", "Try again in a moment")


class PersonNotLinked(NotFound):
    """The department knows nobody by this pseudonym."""

    code = "attributes.person_not_linked"
    title = Text("该部门尚未与您的网号关联", "The department does not know your online number")
    next_step = Text(
        "请持证件到该部门领取关联码，再在应用中输入",
        "Get a linking code at the department with your card, and enter it in the app",
    )


class LinkCodeUnknown(NotFound):
    """No record waits for this code, or not for this person's card."""

    code = "attributes.link_code_unknown"
    title = Text("关联码无效", "This linking code is not good")
    next_step = Text(
        "请核对关联码，或持现用证件到该部门重新领取",
        "Check the code, or get a new one at the department with your present card",
    )


class DepartmentUnknown(InvalidInput):
    """There is no such department here."""

    code = "attributes.department_unknown"
    title = Text("没有这个部门", "There is no such department")
    next_step = Text("请从部门列表中选择", "Choose one from the list of departments")
