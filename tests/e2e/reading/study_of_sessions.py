"""A study that asks for breaks, ends a day after two reads and a session with questions: adds it to `studies.py`'s.

Its two readers read in no other study: `python -m tests.e2e.reading.study_of_sessions`.
"""

import json
from dataclasses import replace

import django

django.setup()

from reader_study.studies.actions import add_member  # noqa: E402
from reader_study.studies.charter_conduct import Conduct  # noqa: E402
from reader_study.studies.models import Role  # noqa: E402
from reader_study.studies.protocol import Protocol  # noqa: E402
from reader_study.studies.templates import kawakubo_replica  # noqa: E402
from tests.e2e.reading.studies import begin, heart, show  # noqa: E402
from tests.e2e.reading.studies_named import SESSIONS  # noqa: E402
from tests.inference.heart import phantom  # noqa: E402
from tests.reader_study.allocation.drafts import draft, user  # noqa: E402

READERS = ("Sara Session", "Saburo Session")
CONDUCT = Conduct(daily_cap=2, utc_offset="+09:00", break_after_minutes=60, ask_recall=True, ask_arm=True)


def main() -> None:
    made = draft(template=_charter, title=SESSIONS, per_site=(2, 1), readers=0)
    for name in READERS:
        made.readers.append(user(name))
        add_member(actor=made.investigator, study=made.study, email=user(name).email, role=Role.READER)
    pictures = {
        "stress": heart(phantom.volume(phantom.one_defect(10), background=0.05)),
        "rest": heart(phantom.volume(background=0.05)),
    }
    for picture in pictures.values():
        del picture["voxels"]  # nothing moves in it
    show(made, pictures)
    begin(made)
    print(json.dumps({SESSIONS: str(made.study.pk)}))


def _charter(**given: object) -> Protocol:
    plain = kawakubo_replica(**{**given, "washout_days": 28, "reader_title": SESSIONS})  # type: ignore[arg-type]
    return replace(plain, conduct=CONDUCT)


if __name__ == "__main__":
    main()
