"""What can be wrong at a counter.

InvalidInput  AgentInvalid, StatementRefused
NotAllowed    FourEyesMissing
NotFound      AgentNotFound
Conflict      AgentKeyTaken
Throttled     TooManyAttendedChecks

An applicant reads that the counter could not confirm it; what was wrong with a statement is for the
log, and for whoever runs the counter.
"""

from authsvc.errors import Conflict, InvalidInput, NotAllowed, NotFound, Text, Throttled


class AgentInvalid(InvalidInput):
    """An agent cannot be added like this: `field` says what is wrong."""

    code = "enrollment.agent_invalid"
    title = Text("窗口人员资料不正确", "This agent cannot be added")
    next_step = Text(
        "请提供姓名、窗口名称和 P-256 或 Ed25519 公钥（JWK）",
        "Give a name, a station, and a public key (JWK) of P-256 or Ed25519",
    )


class AgentKeyTaken(Conflict):
    """The key is an agent's, or was."""

    code = "enrollment.agent_key_taken"
    title = Text("该公钥已属于一名窗口人员", "This key is an agent's already")
    next_step = Text("请为每名窗口人员生成新的密钥", "Make a new key for each agent")


class AgentNotFound(NotFound):
    """Nobody of this id states anything here."""

    code = "enrollment.agent_not_found"
    title = Text("没有这名窗口人员", "There is no such agent")
    next_step = Text("请用 authsvc agents list 查看", "See authsvc agents list")


class StatementRefused(InvalidInput):
    """Not a statement of an agent about this enrollment, or one that was used or is old."""

    code = "enrollment.statement_refused"
    title = Text("窗口核验声明不可用", "A statement of the counter was refused")
    next_step = Text(
        "请窗口人员重新核对证件和本人后再次签名",
        "Let the agents compare document and person again, and sign again",
    )


class FourEyesMissing(NotAllowed):
    """One person at a counter is not enough."""

    code = "enrollment.four_eyes_missing"
    title = Text("须由同一窗口的两名人员分别核验", "Two agents of one counter have to confirm it")
    next_step = Text(
        "请另一名窗口人员核对后签名", "Let another agent compare, and sign as the second"
    )


class TooManyAttendedChecks(Throttled):
    """One agent states more than one person can look at."""

    code = "enrollment.too_many_attended_checks"
    title = Text("该窗口人员核验过于频繁", "This agent confirms too many people")
    next_step = Text("请稍后再试，或由其他窗口人员办理", "Try later, or let other agents do it")
