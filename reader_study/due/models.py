import uuid

from django.conf import settings
from django.db import models


class Reminder(models.Model):
    """That somebody was reminded on a day (UTC): the row is what makes it one mail a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_reminder_a_day")]
