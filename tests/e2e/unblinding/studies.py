"""A study that is being read and one that is locked: `python -m tests.e2e.unblinding.studies` fills a database."""

import json
import random
from datetime import timedelta
from functools import partial
from typing import Any

import django
from django.core.management import call_command

django.setup()

from django.db import connection  # noqa: E402

from reader_study.agreement import files  # noqa: E402
from reader_study.agreement.actions import lock_data  # noqa: E402
from reader_study.agreement.analysis import analyse  # noqa: E402
from reader_study.agreement.models import Lock  # noqa: E402
from reader_study.agreement.tasks import compute  # noqa: E402
from reader_study.allocation.queries import assignments  # noqa: E402
from reader_study.cases.models import Image  # noqa: E402
from reader_study.reading.draft import Draft as Content  # noqa: E402
from reader_study.reading.models import Read  # noqa: E402
from reader_study.studies.charter_conduct import Conduct  # noqa: E402
from reader_study.studies.delegation import give_role  # noqa: E402
from reader_study.studies.models import Role  # noqa: E402
from tests.e2e.unblinding.studies_named import LOCKED, OPEN  # noqa: E402
from tests.reader_study.agreement.studies import MODEL, keep_sheet  # noqa: E402
from tests.reader_study.allocation.drafts import PASSWORD, Draft, user  # noqa: E402
from tests.reader_study.reading.reads import ANSWERS, opened  # noqa: E402

CHANGES_AFTER = 60  # reads, from where on the second reader scores otherwise


def main() -> None:
    call_command("migrate", verbosity=0)
    reading = opened(
        title=OPEN,
        per_site=(14, 10),
        readers=3,
        conduct=Conduct(drift_visible_to=("investigator", "monitor")),
    )
    locked = opened(title=LOCKED, per_site=(3, 3), readers=2)
    for study in (reading, locked):
        for name, role in (("Mona Monitor", Role.MONITOR), ("Stan Statistician", Role.STATISTICIAN)):
            administrator = user("Anna Administrator")  # whom an investigator names cannot approve
            give_role(study=study.study, user=user(name), role=role, site=None, by=administrator)
    read(reading, shares=(1.0, 1.0, 0.5))
    read(locked, shares=(1.0, 1.0))
    spread_over(days=20)
    Image.objects.filter(case__study=locked.study, image_set="virtual_pet").update(
        provenance={"model": MODEL}
    )
    lock_data(actor=locked.investigator, study=locked.study, password=PASSWORD, reason="All reads are signed")
    files.analyse = partial(analyse, replicates=100)
    compute(str(Lock.objects.get().pk))
    print(json.dumps({OPEN: str(reading.study.pk), LOCKED: str(locked.study.pk)}))


def read(study: Draft, *, shares: tuple[float, ...]) -> None:
    """The first reads of each reader, in order: what each case shows, and now and then a point more."""
    keys = {key.token: key for key in assignments(study.study)}
    for number, (reader, share) in enumerate(zip(study.readers, shares, strict=True)):
        own = list(Read.objects.filter(study=study.study.pk, reader=reader).order_by("session", "position"))
        for place, one in enumerate(own[: round(len(own) * share)]):
            slips = 0.45 if number == 1 and place >= CHANGES_AFTER else 0.2
            keep_sheet(one, scored(str(keys[one.token].case_id), str(one.token), slips=slips))


def scored(case: str, token: str, *, slips: float) -> Content:
    truth, hand = random.Random(case), random.Random(token)
    scores: dict[str, list[Any]] = {}
    for state in ("stress", "rest"):
        values = [truth.choice((0, 0, 0, 1, 2, 3)) for _ in range(17)]
        scores[state] = [min(4, value + 1) if hand.random() < slips else value for value in values]
    return Content(scores, dict(ANSWERS))


def spread_over(*, days: int) -> None:
    """As if the reads had been signed over these days: the rows of a simulation, before anything rests on them."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_signature DISABLE TRIGGER insert_only")
        cursor.execute(
            "UPDATE accounts_signature s SET signed_at = now() - %s * (1 - n.place) FROM (SELECT id,"
            " percent_rank() OVER (PARTITION BY signer_id ORDER BY signed_at) AS place FROM accounts_signature"
            " WHERE meaning = 'authored') n WHERE n.id = s.id",
            [timedelta(days=days)],
        )
        cursor.execute("ALTER TABLE accounts_signature ENABLE TRIGGER insert_only")


if __name__ == "__main__":
    main()
