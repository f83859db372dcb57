import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reader_study.cases.models import Image


class TranslationJob(models.Model):
    """An image to be computed from one of a site, by a model or a method. The row is the truth; messages may be lost.

    `image_set`: what is made, for example a virtual PET of a SPECT.

    `attempts` counts dispatches and is the fencing token: whoever reports with an older one writes nothing.
    `starts` counts how often a worker began; waiting in a queue is not a try. `lease_until` says when the job
    is overdue.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        LEASED = "leased", _("With a worker")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="translations")
    image_set = models.CharField(max_length=12, choices=Image.Set, default=Image.Set.VIRTUAL_PET)
    model_name = models.CharField(max_length=64)
    model_version = models.CharField(max_length=64)
    model_digest = models.CharField(max_length=64)
    settings = models.JSONField(default=dict)
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    starts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField()
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=500, blank=True, help_text="What the worker said, for maintainers")
    manifest = models.JSONField(null=True)
    output = models.ForeignKey(Image, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "model_digest"], name="one_job_for_image_and_model"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "leased"], output=None, finished_at=None)
                | Q(state="done", output__isnull=False, manifest__isnull=False, finished_at__isnull=False)
                | (Q(state="failed", output=None, finished_at__isnull=False) & ~Q(code="")),
                name="a_finished_job_says_how",
            ),
            models.CheckConstraint(
                condition=Q(image_set__in=["virtual_pet", "virtual_ctac", "chang"]),
                name="what_is_made_can_be_computed",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="translation_overdue")]
