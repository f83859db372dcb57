"""A protocol that was amended while its study was read: analysed as amended, and the report says so."""

import io
import json

import pytest
from django.conf import settings
from pypdf import PdfReader

from inference.objects import ObjectStore
from reader_study.agreement.analysis.compute import analyse, seed_of
from reader_study.agreement.models import Lock
from reader_study.agreement.report.document import render
from reader_study.reading import amending
from reader_study.studies.queries import current_protocol
from tests.reader_study.agreement.studies import finished, lock
from tests.reader_study.allocation.drafts import PASSWORD


@pytest.mark.django_db
def test_amended_margins_are_analysed_and_named_and_the_seed_stays(signed_in):
    study = finished()
    frozen = current_protocol(study.study)
    amended = amending.amend(
        actor=study.investigator,
        study=study.study,
        document={**frozen.document, "margins": {"score": 1, "uptake": 7.5}},
        password=PASSWORD,
        sha256=frozen.sha256,
        reason="Wider, as the steering committee decided",
    )
    assert lock(signed_in(study.investigator), study).status_code == 202
    snapshot = json.loads(ObjectStore(settings.OBJECT_STORE).get(Lock.objects.get().sha256))
    assert (snapshot["protocol"]["version"], snapshot["protocol"]["sha256"]) == (2, amended.sha256)
    (said,) = snapshot["amendments"]
    assert (said["version"], said["state"], said["paths"]) == (2, "open", ["margins.score", "margins.uptake"])
    as_frozen = {**snapshot, "protocol": {**snapshot["protocol"], "sha256": frozen.sha256}}
    allocation = snapshot["allocation"]
    as_long_ago = {name: value for name, value in allocation.items() if name != "protocol_sha256"}
    assert seed_of(snapshot) == seed_of(as_frozen) == seed_of({**as_frozen, "allocation": as_long_ago})

    result = analyse(snapshot, replicates=20)
    assert result["design"]["margins"] == {"score": 1, "uptake": 7.5}
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render(result))).pages]
    assert "1 of them after reading was opened" in " ".join(pages[0].split())
    assert "読影開始後 1 回" in pages[1]
    methods = " ".join(" ".join(pages).split())
    assert "margins.score, margins.uptake (Wider, as the steering committee decided)" in methods
