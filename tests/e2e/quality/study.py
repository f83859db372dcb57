"""A draft whose images wait to be checked: `python -m tests.e2e.quality.study` fills an empty database with it."""

import json

import django
from django.core.management import call_command

django.setup()

from reader_study.cases.models import Image  # noqa: E402
from reader_study.studies.actions import add_member  # noqa: E402
from reader_study.studies.models import Role  # noqa: E402
from tests.e2e.reading.studies import heart, show  # noqa: E402
from tests.inference.heart import phantom  # noqa: E402
from tests.reader_study.allocation.drafts import draft, user  # noqa: E402

TITLE = "SPECT against PET, to be checked (simulated)"
MODEL = {"name": "hearts", "version": "1.0", "digest": "d" * 64}


def main() -> None:
    call_command("migrate", verbosity=0)
    made = draft(title=TITLE, per_site=(3, 1), readers=1)
    show(
        made,
        {
            "stress": heart(phantom.volume(phantom.one_defect(10), background=0.05)),
            "rest": heart(phantom.volume(background=0.05)),
        },
    )
    images = Image.objects.filter(case__study=made.study)
    images.update(qc="pending", qc_by=None, qc_at=None, provenance={"state_source": "ProtocolName"})
    images.filter(image_set="virtual_pet").update(provenance={"model": MODEL})
    images.filter(case=made.cases[1], image_set="spect").update(flags=["hot_neighbour"])
    people = {
        "Quinn Quality": (Role.QUALITY, None),
        "Carl Coordinator": (Role.COORDINATOR, "A"),
        "Doris Coordinator": (Role.COORDINATOR, "B"),
        "Mona Monitor": (Role.MONITOR, None),
    }
    for name, (role, code) in people.items():
        site = made.study.sites.get(code=code).id if code else None
        add_member(actor=made.investigator, study=made.study, email=user(name).email, role=role, site_id=site)
    print(json.dumps({"study": str(made.study.pk), "case": str(made.cases[0].pk)}))


if __name__ == "__main__":
    main()
