"""What leaves the study, and the preparation of what may leave."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.interop.outgoing import What, outgoing
from reader_study.interop.sending import Answer, Archive, Unreachable
from reader_study.problems import Conflict
from reader_study.studies.models import Study


@dataclass(frozen=True)
class Sent:
    """answers: one for each file that the archive was asked about; broken: why the rest was not, "" if all were."""

    total: int
    answers: list[Answer]
    broken: str = ""

    @property
    def kept(self) -> int:
        return sum(answer.kept for answer in self.answers)


def send_out(
    *,
    actor: User,
    study: Study,
    what: What,
    archive: Archive,
    subjects: Collection[str] = (),
    reason: str = "",
    told: Callable[[Answer], None] = lambda answer: None,
) -> Sent:
    """Send files to an archive; the journal says before what is tried, and after what became of it.

    reason: required while the study is blinded, because a reader may have access to that archive.
    told: called with each answer as it comes.

    Raises
    ------
    NotFound, Invalid
        See `outgoing`.
    Conflict
        code "blinded": no reason is given, or scores before unblinding; "nothing": there is no such file.
    """
    if study.state != Study.State.UNBLINDED and what != What.SCORES and not reason.strip():
        raise Conflict(
            "blinded",
            _(
                "Readers may have access to that archive, and the study is not unblinded: please give a reason."
            ),
        )
    total, files = outgoing(actor=actor, study=study, what=what, subjects=subjects)
    if not total:
        raise Conflict("nothing", _("There is nothing to send: no such image was computed and accepted."))
    detail = {"what": what.value, "archive": archive.name, "files": total, "reason": reason.strip()}
    _record(actor, study, "interop.sending", detail)
    answers: list[Answer] = []
    broken = ""
    try:
        for answer in archive.send(files):
            answers.append(answer)
            told(answer)
    except Unreachable as error:
        broken = str(error)
    finally:  # also when somebody has stopped it: what left has left
        sent = Sent(total, answers, broken)
        _record(actor, study, "interop.sent", {**detail, "kept": sent.kept, "asked": len(answers)})
    return sent


@transaction.atomic
def _record(actor: User, study: Study, action: str, detail: dict[str, object]) -> None:
    record(action=action, actor=actor.id, study=study.id, subject=str(study.id), detail=detail)
