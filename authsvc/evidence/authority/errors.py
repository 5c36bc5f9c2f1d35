"""What the authority's desk refuses.

NotAuthenticated  DeskTokenRefused
NotFound          PersonUnknown, CardUnknown
Conflict          CardAlreadyIssued, CardNotIssued, CardNotCurrent, CardNotLost, NumbersExhausted,
                  PersonDead, PersonNotDead, MergeNotProved, EventNotOfKind, NumberOfAnotherKind
InvalidInput      CardDatesRefused, PersonRefused, RegionRefused
Unavailable       LogDamaged
"""

from authsvc.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, Text, Unavailable


class DeskTokenRefused(NotAuthenticated):
    """The bearer token is missing or wrong."""

    code = "register.token_refused"
    title = Text("登记系统访问令牌无效", "The register does not know this token")
    next_step = Text("请使用登记系统的访问令牌", "Send the register's bearer token")


class PersonUnknown(NotFound):
    """Nobody was created with this number."""

    code = "register.person_unknown"
    title = Text("登记系统中没有此人", "The register does not know this person")
    next_step = Text("请先创建人员", "Create the person first")


class CardUnknown(NotFound):
    """No card has this document number."""

    code = "register.card_unknown"
    title = Text("登记系统中没有此证件", "The register does not know this card")
    next_step = Text("请核对证件编号", "Check the document number")


class CardAlreadyIssued(Conflict):
    """The person holds a card already."""

    code = "register.card_already_issued"
    title = Text("此人已有证件", "This person has a card already")
    next_step = Text("请改用换领", "Replace the card instead")


class CardNotIssued(Conflict):
    """There is no card that could be replaced."""

    code = "register.card_not_issued"
    title = Text("此人尚无证件", "This person has no card yet")
    next_step = Text("请先申领证件", "Issue a first card")


class CardNotCurrent(Conflict):
    """Only a card in use can be reported lost."""

    code = "register.card_not_current"
    title = Text("此证件已被换领", "This card was replaced already")
    next_step = Text("请使用现有证件的编号", "Use the document number of the present card")


class CardNotLost(Conflict):
    """Only a card that was reported lost can be found."""

    code = "register.card_not_lost"
    title = Text("此证件未处于挂失状态", "This card is not reported lost")
    next_step = Text("请核对证件编号", "Check the document number")


class PersonDead(Conflict):
    """Nothing is issued to, or changed of, somebody who has died."""

    code = "register.person_dead"
    title = Text("此人已登记死亡", "This person is registered as dead")
    next_step = Text("如登记有误，请先撤销死亡登记", "If that is wrong, withdraw it first")


class PersonNotDead(Conflict):
    """There is no report of a death that could be withdrawn."""

    code = "register.person_not_dead"
    title = Text("此人未登记死亡", "This person is not registered as dead")
    next_step = Text("请核对公民身份号码", "Check the identity number")


class MergeNotProved(Conflict):
    """Two people are one only if a good card of each is shown."""

    code = "register.merge_not_proved"
    title = Text("未出示双方的有效证件", "A good card of each of the two was not shown")
    next_step = Text(
        "请出示两个号码各自的有效证件", "Show the present, good card under each of the numbers"
    )


class EventNotOfKind(Conflict):
    """There is no such event for this kind of document."""

    code = "register.event_not_of_kind"
    title = Text("此类证件不存在该变更", "This does not happen to documents of this kind")
    next_step = Text(
        "请查阅证件变更表，或换领证件", "See the table of events, or replace the document"
    )


class NumberOfAnotherKind(Conflict):
    """A document of this kind does not bear such a number."""

    code = "register.number_of_another_kind"
    title = Text("该号码不用于此类证件", "Documents of this kind do not bear such a number")
    next_step = Text(
        "请使用此类证件的号码，或创建新的持证人",
        "Name a number of this kind, or let the holder be made up",
    )


class RegionRefused(InvalidInput):
    """A region is six digits."""

    code = "register.region_refused"
    title = Text("行政区划代码不正确", "This is not the code of a region")
    next_step = Text("请使用六位行政区划代码", "Use the six digits of GB/T 2260")


class CardDatesRefused(InvalidInput):
    """A card cannot end before it begins."""

    code = "register.card_dates_refused"
    title = Text("证件有效期不正确", "These dates make no card")
    next_step = Text("截止日期不得早于起始日期", "Let the last day follow the first")


class PersonRefused(InvalidInput):
    """Nobody can be created from these particulars."""

    code = "register.person_refused"
    title = Text("人员信息不正确", "Nobody can be created from this")
    next_step = Text("请检查标出的字段", "Check the named field")


class NumbersExhausted(Conflict):
    """All sequence numbers of one birth date and sex are taken."""

    code = "register.numbers_exhausted"
    title = Text("该出生日期的号码已用完", "There are no numbers left for this date of birth")
    next_step = Text("请换一个出生日期", "Choose another date of birth")


class LogDamaged(Unavailable):
    """The event log cannot be read."""

    code = "register.log_damaged"
    title = Text("登记系统日志已损坏", "The register's log is damaged")
    next_step = Text("请从备份恢复登记目录", "Restore the register's directory from a backup")
