"""Training and testing readers where it meets the key: what is laid out for whom, what a test came to.

Nothing here is called by what serves a reader: it listens to `wall.at_the_desk`, which is sent outside the wall.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.allocation import qualifying as drawing
from reader_study.allocation.models import Qualification
from reader_study.allocation.queries import Key, is_qualifying
from reader_study.audit.actions import record
from reader_study.cases import reference
from reader_study.cases.models import Case, Image, ReferenceScores
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.reading.form import Form
from reader_study.reading.measures import can_measure, measured
from reader_study.reading.models import (
    Certificate,
    FurtherAttempt,
    Read,
    ReadCine,
    ReadReference,
    ReadVolume,
    ScoreSheet,
    TestResult,
)
from reader_study.reading.opening import cine_of, hold_to, reading_study, volume_of, without_uneven_contours
from reader_study.reading.qualification import Attempt, Qualifying, State, of_study
from reader_study.studies.models import BLIND, Role, Study
from reader_study.studies.protocol import Protocol, parse
from reader_study.studies.queries import current_protocol, held_state, members, study_for_update

QUALIFIES_IN = (Study.State.FROZEN, Study.State.OPEN)


@transaction.atomic
def set_purpose(*, actor: User, study: Study, case_id: UUID, purpose: Case.Purpose) -> Case:
    """As `reference.set_purpose`, and not once the qualification is open: code "opened"."""
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if is_qualifying(study):
        raise Conflict("opened", _("The qualification is open: its cases can no longer be changed."))
    return reference.set_purpose(actor=actor, study=study, case_id=case_id, purpose=purpose)


@transaction.atomic
def keep_reference(*, actor: User, study: Study, text: str, reason: str) -> list[ReferenceScores]:
    """As `reference.keep_reference`, and not once the qualification is open: code "opened".

    Else who runs the study could move the truth to what a reader said of it.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if is_qualifying(study):
        raise Conflict(
            "opened", _("The qualification is open: its reference scores can no longer be changed.")
        )
    return reference.keep_reference(actor=actor, study=study, text=text, reason=reason)


@transaction.atomic
def open_qualification(*, actor: User, study: Study) -> Qualification:
    """From now on readers are trained and tested: by the images and the reference scores that there are now.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        code "state": the protocol is not frozen, or reading is over; "no_qualification": the protocol asks for none;
        "opened"; "cases": there are too few complete cases with reference scores; "one_score": a kappa cannot be
        measured by the reference scores.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if study.state not in QUALIFIES_IN:
        raise Conflict(
            "state", _("Readers qualify once the protocol is frozen, and until the data is locked.")
        )
    version = current_protocol(study)
    protocol = parse(version.document)
    if protocol.qualification is None:
        raise Conflict("no_qualification", _("The protocol asks for no qualification of its readers."))
    if is_qualifying(study):
        raise Conflict("opened", _("The qualification is open already."))
    references = reference.references(study)
    sealed = drawing.seal(study=study, version=version, references=references)
    _require_enough(protocol, sealed, references)
    opened = reading_study(study, protocol)
    hold_to(opened, protocol, protocol_sha256=version.sha256)
    record(
        action="reading.qualification_opened",
        actor=actor.id,
        study=study.id,
        subject=str(study.id),
        detail={
            "protocol": version.sha256,
            "digest": sealed.digest,
            **{purpose: len(cases) for purpose, cases in sealed.inputs["cases"].items()},
        },
    )
    for reader in members(study, *BLIND).values_list("user", flat=True).distinct():
        advance(sealed=sealed, reader=reader)
    return sealed


@transaction.atomic
def grant_attempt(*, actor: User, study: Study, reader_id: UUID, reason: str) -> FurtherAttempt:
    """Let a reader who has used up all attempts try once more.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study, or nobody of the kind qualifies in it.
    Conflict
        code "state"; code "not_failed": the reader has attempts left, or is qualified.
    Invalid
        code "reason".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    sealed = Qualification.objects.filter(study=study).first()
    if sealed is None or not members(study, *BLIND).filter(user=reader_id).exists():
        raise NotFound()
    if study.state not in QUALIFIES_IN:
        raise Conflict(
            "state", _("Readers qualify once the protocol is frozen, and until the data is locked.")
        )
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    _hold(study.pk, reader_id)
    if of_study(study.pk, [reader_id])[reader_id].state != State.FAILED:
        raise Conflict("not_failed", _("This reader has not used up the attempts."))
    granted = FurtherAttempt.objects.create(
        study_id=study.pk, reader_id=reader_id, reason=reason.strip(), by=actor
    )
    record(
        action="reading.attempt_granted",
        actor=actor.id,
        study=study.id,
        subject=str(reader_id),
        detail={"reason": reason.strip()},
    )
    advance(sealed=sealed, reader=reader_id)
    return granted


@transaction.atomic
def catch_up(reader: User, **_signal: Any) -> None:
    """Lay out and evaluate what is due for a reader in every study: for one who joined late, or has just signed."""
    own = reader.memberships.filter(role__in=BLIND, ended_at=None, study__state__in=QUALIFIES_IN)
    opened = Qualification.objects.filter(study__in=own.values("study"))
    # Every study's row before anything is laid out or journaled: the investigators' acts take theirs first, too.
    held = [
        sealed
        for sealed in opened.select_related("study", "protocol_version").order_by("study_id")
        if held_state(sealed.study) in QUALIFIES_IN
    ]
    for sealed in held:
        advance(sealed=sealed, reader=reader.pk)


def advance(*, sealed: Qualification, reader: UUID) -> None:
    """Do what follows from what a reader has signed, if anything does; the caller's transaction holds the study."""
    _hold(sealed.study_id, reader)
    while True:
        now = of_study(sealed.study_id, [reader])[reader]
        unread = [attempt for attempt in now.attempts if attempt.result is None]
        if unread:
            if not unread[0].desk.finished:
                return
            _evaluate(sealed, now, reader, unread[0])
        elif now.state == State.WAITING and now.asked.training_reads:
            _lay_out(sealed, now, reader, purpose=Read.Purpose.TRAINING, attempt=1)
        elif now.state in (State.WAITING, State.TEST, State.EXPIRED):
            number = now.attempts[-1].number + 1 if now.attempts else 1
            _lay_out(sealed, now, reader, purpose=Read.Purpose.TEST, attempt=number)
        else:
            return


def _require_enough(
    protocol: Protocol, sealed: Qualification, references: dict[UUID, ReferenceScores]
) -> None:
    """Raises Conflict where readers could not be trained and tested as the protocol asks."""
    asked = protocol.qualification
    there = sealed.inputs["cases"]
    if asked is None:
        return
    if len(there["training"]) < asked.training_cases or len(there["test"]) < asked.test_cases:
        raise Conflict(
            "cases",
            _(
                "The protocol asks for %(training)s training and %(test)s test cases; complete and with reference"
                " scores are %(has_training)s and %(has_test)s."
            )
            % {
                "training": asked.training_cases,
                "test": asked.test_cases,
                "has_training": len(there["training"]),
                "has_test": len(there["test"]),
            },
        )
    truths = [references[UUID(case)].scores for case in there["test"]]
    tests = [truths] if asked.test_cases > 1 else [[truth] for truth in truths]
    if not any(can_measure(asked.threshold.measure, test) for test in tests):
        raise Conflict(
            "one_score",
            _("A kappa cannot be measured where no test case has two different reference scores."),
        )


def _hold(study_id: UUID, reader: UUID) -> None:
    """Nothing else is laid out for this reader until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"qualification {study_id} {reader}"]
        )


def _lay_out(sealed: Qualification, now: Qualifying, reader: UUID, *, purpose: str, attempt: int) -> None:
    count = now.asked.training_reads if purpose == Read.Purpose.TRAINING else now.asked.test_reads
    references = _references(sealed)
    keys = drawing.draw(
        sealed,
        reader=reader,
        purpose=purpose,
        attempt=attempt,
        count=count,
        fits=lambda cases: (
            purpose == Read.Purpose.TRAINING
            or can_measure(now.asked.measure, [references[case] for case in cases])
        ),
    )
    Read.objects.bulk_create(
        Read(
            token=key.token,
            study=now.study,
            reader_id=reader,
            purpose=purpose,
            attempt=attempt,
            session=1,
            position=key.position,
        )
        for key in keys
    )
    ReadVolume.objects.bulk_create(without_uneven_contours(_volumes(sealed, keys)))
    ReadCine.objects.bulk_create(
        cine_of(cine, read_id=key.token)
        for key in keys
        for cine in sealed.inputs["cines"]
        if cine["case"] == str(key.case_id)
    )
    ReadReference.objects.bulk_create(
        ReadReference(read_id=key.token, scores=references[key.case_id]) for key in keys
    )
    record(
        action="reading.qualification_laid_out",
        actor=None,
        study=sealed.study_id,
        subject=str(reader),
        detail={
            "purpose": str(purpose),
            "attempt": attempt,
            "reads": len(keys),
            "digest": drawing.digest_of(sealed, keys),
        },
    )


def _references(sealed: Qualification) -> dict[UUID, reference.Scores]:
    """Case -> what its readers are measured against: what was sealed."""
    if (kept := sealed.inputs.get("references")) is None:  # sealed when only the cases were
        return {case: one.scores for case, one in reference.references(sealed.study).items()}
    return reference.scores_of({UUID(case): one["version"] for case, one in kept.items()})


def _volumes(sealed: Qualification, keys: Iterable[Key]) -> list[ReadVolume]:
    protocol = parse(sealed.protocol_version.document)
    images = {
        (image["case"], image["image_set"], image["state"]): Image(
            **{name: image[name] for name in ("neutral_key", "polar_key", "contour_key", "lv")}
        )
        for image in sealed.inputs["images"]
    }
    return [
        volume_of(
            images[str(key.case_id), image_set, state],
            organ=protocol.organ,
            read_id=key.token,
            step=step,
            set=number,
            state=state,
        )
        for key in keys
        for step, image_sets in enumerate(key.steps, start=1)
        for number, image_set in enumerate(image_sets, start=1)
        for state in protocol.states
    ]


def _evaluate(sealed: Qualification, now: Qualifying, reader: UUID, attempt: Attempt) -> None:
    """What a finished attempt came to; who passes is certified."""
    reads = Read.objects.filter(
        study=now.study, reader=reader, purpose=Read.Purpose.TEST, attempt=attempt.number
    )
    # Test reads are never corrected: the last step's only version.
    last = reads.annotate(steps=Max("volumes__step")).values_list("token", "steps", "reference__scores")
    scores = dict(ScoreSheet.objects.filter(read__in=reads).order_by("step").values_list("read", "scores"))
    value, compared = measured(
        now.asked.measure,
        [(scores[token], truth) for token, _steps, truth in last],
        scale=Form.of(now.study.form).scores,
    )
    result = TestResult.objects.create(
        study=now.study,
        reader_id=reader,
        attempt=attempt.number,
        measure=now.asked.measure,
        at_least=now.asked.at_least,
        value=value,
        compared=compared,
        passed=value >= now.asked.at_least,
        protocol_sha256=now.asked.protocol_sha256,
    )
    record(
        action="reading.test_evaluated",
        actor=None,
        study=sealed.study_id,
        subject=str(reader),
        detail={
            "attempt": result.attempt,
            "measure": result.measure,
            "value": round(value, 6),
            "at_least": result.at_least,
            "passed": result.passed,
            "compared": compared,
            "protocol": result.protocol_sha256,
        },
    )
    if result.passed:
        _certify(sealed, result)


def _certify(sealed: Qualification, result: TestResult) -> None:
    # Two readers who pass at once must not get one number.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"certificates {sealed.study_id}"]
        )
    last = Certificate.objects.filter(study=result.study).aggregate(last=Max("number"))["last"] or 0
    certificate = Certificate.objects.create(
        result=result, study=result.study, reader_id=result.reader_id, number=last + 1
    )
    record(
        action="reading.certified",
        actor=None,
        study=sealed.study_id,
        subject=str(result.reader_id),
        detail={
            "number": certificate.number,
            "attempt": result.attempt,
            "protocol": result.protocol_sha256,
        },
    )
