"""The reader's whole world. No column here knows an arm, a site, a case or a DICOM file; see opening.py.

Every table is insert-only (migrations 0002 and 0005). What changes, a draft or the state of a read or session,
is computed from rows that do not.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.studies.models import Study

_VENTRICLE_OR_NONE = Q(apex_k__isnull=False, base_k__isnull=False, radius_mm__isnull=False) | Q(
    apex_k=None, base_k=None, radius_mm=None
)


class ReadingStudy(models.Model):
    """What readers may know of a study, copied from the protocol when something was first laid out for them.

    That is when their qualification was opened or, without one, the study itself. See ReadingConduct.
    """

    study = models.OneToOneField(Study, on_delete=models.PROTECT, primary_key=True, related_name="+")
    title = models.CharField(max_length=200)
    simulated = models.BooleanField()
    form = models.JSONField()
    display = models.JSONField()
    washout_days = models.PositiveIntegerField()
    opened_at = models.DateTimeField(default=timezone.now)


class ReadingConduct(models.Model):
    """What readers of an open study are held to; an amendment adds a row, and the newest holds.

    `conduct` is that section of the protocol, with every field. A study from before there were amendments has no row:
    its washout is the one it was opened with. `arms`: code and label of each, in the order of the labels, where readers
    are asked for the arm and may know what there is to choose from; empty otherwise.
    """

    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="conducts")
    washout_days = models.PositiveIntegerField()
    conduct = models.JSONField()
    arms = models.JSONField(default=list)
    since = models.DateTimeField(default=timezone.now)


class ReadingQualification(models.Model):
    """What a study asks of its readers before they read in it; an amendment adds a row, and the newest holds.

    A study without a row asks nothing. ``valid_days`` null: a certificate is for good.
    """

    class Measure(models.TextChoices):
        EXACT = "exact"
        WITHIN_ONE = "within_one"
        WEIGHTED_KAPPA = "weighted_kappa"

    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="qualifications")
    training_reads = models.PositiveIntegerField()
    test_reads = models.PositiveIntegerField()
    measure = models.CharField(max_length=14, choices=Measure)
    at_least = models.FloatField()
    attempts = models.PositiveSmallIntegerField()
    valid_days = models.PositiveIntegerField(null=True)
    protocol_sha256 = models.CharField(max_length=64)
    since = models.DateTimeField(default=timezone.now)


class Read(models.Model):
    """One read of one reader: a random token and a place in that reader's order.

    Sessions and positions are counted within a purpose and an attempt, each of which is a desk of its own: see
    queries.Agenda. Only reads of the study itself are analysed. ``attempt`` is above 1 where a test is repeated.
    """

    class Purpose(models.TextChoices):
        STUDY = "study"
        TRAINING = "training"
        TEST = "test"
        ADJUDICATION = "adjudication"

    token = models.UUIDField(primary_key=True, editable=False)
    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="reads")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reads")
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.STUDY)
    attempt = models.PositiveSmallIntegerField(default=1)
    session = models.PositiveIntegerField()
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "reader", "purpose", "attempt", "session", "position"],
                name="read_has_its_place",
            ),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="read_attempt_is_counted"),
        ]


class ReadVolume(models.Model):
    """One picture of a read: names in the object store, its grid, and where the heart lies in it.

    A read has one step or, where it is read in sequence, several; each shows one image set, or two beside each
    other (``set`` 1 and 2), in every state of the form. A row belongs to one step. ``dims`` counts i, j, k.
    ``apex_k`` and ``base_k`` count slices of the neutral grid, ``radius_mm`` is that of the mid wall; a brain
    has none of these and no polar map. ``contour_key`` is empty where no contour was kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="volumes")
    step = models.PositiveSmallIntegerField(default=1)
    set = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12)
    neutral_key = models.CharField(max_length=64)
    polar_key = models.CharField(max_length=64, blank=True)
    contour_key = models.CharField(max_length=64, blank=True)
    dims = models.JSONField()
    spacing_mm = models.FloatField()
    apex_k = models.FloatField(null=True)
    base_k = models.FloatField(null=True)
    radius_mm = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["read", "step", "set", "state"], name="picture_once_in_a_step"),
            models.CheckConstraint(condition=_VENTRICLE_OR_NONE, name="volume_ventricle_is_whole"),
            models.CheckConstraint(
                condition=Q(step__gte=1, set__in=[1, 2]), name="volume_step_and_set_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(apex_k__isnull=False) | Q(polar_key="", contour_key=""),
                name="only_a_ventricle_has_a_map",
            ),
        ]


class ReadCine(models.Model):
    """A moving picture that came with the read: the gated heart, or the raw projections.

    The same in every step. ``dims`` counts i, j, k of a frame, or columns, rows, 1.
    """

    class Kind(models.TextChoices):
        GATED = "gated"
        PROJECTIONS = "projections"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="cines")
    state = models.CharField(max_length=12)
    kind = models.CharField(max_length=11, choices=Kind)
    key = models.CharField(max_length=64)
    frames = models.PositiveSmallIntegerField()
    dims = models.JSONField()
    spacing_mm = models.FloatField()
    apex_k = models.FloatField(null=True)
    base_k = models.FloatField(null=True)
    radius_mm = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["read", "state", "kind"], name="cine_once_in_a_read"),
            models.CheckConstraint(condition=_VENTRICLE_OR_NONE, name="cine_ventricle_is_whole"),
        ]


class Presentation(models.Model):
    """The first time a read was shown."""

    read = models.OneToOneField(Read, on_delete=models.PROTECT, primary_key=True, related_name="presentation")
    at = models.DateTimeField(default=timezone.now)


class Event(models.Model):
    """One act of a reader, numbered by the browser without gaps. A draft is the sum of its events.

    ``hash`` covers the event and the hash of the one before, as the browser computes it too: see chain.py.
    """

    class Kind(models.TextChoices):
        SCORE = "score"
        FIELD = "field"
        VIEW = "view"

    id = models.UUIDField(primary_key=True)  # the browser's own, so that sending twice is writing once
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    state = models.CharField(max_length=12, blank=True)
    segment = models.PositiveSmallIntegerField(null=True)
    name = models.CharField(max_length=40, blank=True)
    value = models.JSONField(null=True)
    elapsed_ms = models.BigIntegerField()
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["read", "received_at"], name="event_by_arrival")]
        constraints = [
            models.UniqueConstraint(fields=["read", "seq"], name="event_number_once"),
            models.UniqueConstraint(fields=["read", "hash"], name="event_hash_once"),
            models.CheckConstraint(
                condition=(Q(kind="score", segment__isnull=False) & ~Q(state="") & Q(name=""))
                | (Q(kind__in=["field", "view"], segment__isnull=True, state="") & ~Q(name="")),
                name="event_says_what_it_changes",
            ),
        ]


class Unlock(models.Model):
    """A reader asks to correct a signed read, and says why. ``version`` is the one that would be corrected."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="unlocks")
    version = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    requested_at = models.DateTimeField(default=timezone.now)


class UnlockAnswer(models.Model):
    """What the investigator answered. One that is approved opens the read until it is signed again."""

    unlock = models.OneToOneField(Unlock, on_delete=models.PROTECT, primary_key=True, related_name="answer")
    approved = models.BooleanField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class ScoreSheet(models.Model):
    """The signed scores of a step of a read, which is locked by it. The last step's sheet ends the read.

    A correction is a further version, under the unlock that allowed it; the versions before it stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="sheets")
    step = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField()
    form_version = models.PositiveIntegerField()
    scores = models.JSONField()
    fields = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    last_seq = models.PositiveIntegerField()
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")
    unlock = models.OneToOneField(Unlock, on_delete=models.PROTECT, null=True, related_name="sheet")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["read", "step", "version"], name="sheet_version_once"),
            models.CheckConstraint(
                condition=Q(version=1, unlock=None) | Q(version__gt=1, unlock__isnull=False),
                name="sheet_is_corrected_only_after_an_unlock",
            ),
        ]


class DisplayCheck(models.Model):
    """What a reader saw of the test pattern after signing in, and on what kind of screen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="display_checks"
    )
    at = models.DateTimeField(default=timezone.now)
    answers = models.JSONField()
    screen = models.JSONField()


class ReadReference(models.Model):
    """The reference scores of a training or test read, as they were when it was laid out.

    A reader sees those of an own training read once it is signed, and of a test read never (migration 0014).
    """

    read = models.OneToOneField(Read, on_delete=models.PROTECT, primary_key=True, related_name="reference")
    scores = models.JSONField()


class TestResult(models.Model):
    """What a reader's attempt at the test came to. ``compared``: segments that both sides were compared in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="results")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=14, choices=ReadingQualification.Measure)
    at_least = models.FloatField()
    value = models.FloatField()
    compared = models.PositiveIntegerField()
    passed = models.BooleanField()
    protocol_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "reader", "attempt"], name="one_result_of_an_attempt"),
            models.CheckConstraint(
                condition=Q(passed=True, value__gte=F("at_least")) | Q(passed=False, value__lt=F("at_least")),
                name="who_passes_reaches_the_threshold",
            ),
        ]


class Certificate(models.Model):
    """A reader may read in a study: the passed test says by what. Numbered within the study.

    How long it holds is said by the newest ReadingQualification, so that an amendment holds for all.
    """

    result = models.OneToOneField(
        TestResult, on_delete=models.PROTECT, primary_key=True, related_name="certificate"
    )
    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="certificates")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="certificate_number_once"),
        ]


class FurtherAttempt(models.Model):
    """The investigator grants a reader who used up all attempts one more, and says why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="further_attempts")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class SessionEnd(models.Model):
    """What a reader answered at the end of a session; see session_end.py.

    The readers' role may see that there are answers and never which (migration 0015). ``seen``: whether the reader had
    the impression of having seen a case of the session before; empty where that was not asked. ``seen_reads``: how
    many, of which ``seen_positions`` are those that the reader could name. ``salt`` keeps whoever sees the journal
    from trying out which answers have the digest that stands there; the lock has it.
    """

    class Seen(models.TextChoices):
        NO = "no"
        UNSURE = "unsure"
        YES = "yes"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(ReadingStudy, on_delete=models.PROTECT, related_name="session_ends")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    session = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    seen = models.CharField(max_length=6, choices=Seen, blank=True)
    seen_reads = models.PositiveIntegerField(null=True)
    seen_positions = models.JSONField(default=list)
    guesses_asked = models.PositiveSmallIntegerField(default=0)
    salt = models.UUIDField(default=uuid.uuid4, editable=False, null=True)  # null: from before migration 0019

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "reader", "session"], name="session_ends_once"),
            models.CheckConstraint(
                condition=Q(seen="yes", seen_reads__gte=1)
                | Q(seen__in=["", "no", "unsure"], seen_reads=None, seen_positions=[]),
                name="only_who_has_seen_reads_counts_them",
            ),
        ]


class ArmGuess(models.Model):
    """Which arm a reader took a read of a session for. What the read was, no table of this room knows.

    ``arm``: the code of the one that was chosen, ``confidence`` in %; both only where one was chosen.
    """

    class Answer(models.TextChoices):
        ARM = "arm"
        CANNOT_TELL = "cannot_tell"
        NOT_REMEMBERED = "not_remembered"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    end = models.ForeignKey(SessionEnd, on_delete=models.PROTECT, related_name="guesses")
    read = models.OneToOneField(Read, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=14, choices=Answer)
    arm = models.TextField(blank=True)
    confidence = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="arm", confidence__gte=0, confidence__lte=100) & ~Q(arm="")
                | Q(answer__in=["cannot_tell", "not_remembered"], arm="", confidence=None),
                name="guess_names_an_arm_or_none",
            ),
        ]
