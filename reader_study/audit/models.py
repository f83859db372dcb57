from django.db import models


class Entry(models.Model):
    """One act. Written by `actions.record`, chained by a trigger, changed by nobody: see migration 0002.

    `digest` is SHA-256 of the previous row's digest followed by `payload`, the JSON text of this row as it was
    written; numbers have no gaps. So a changed, removed, inserted or re-ordered row shows.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor = models.UUIDField(null=True)
    study = models.UUIDField(null=True, db_index=True)
    subject = models.CharField(max_length=120)
    detail = models.JSONField()
    payload = models.TextField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "entries"
