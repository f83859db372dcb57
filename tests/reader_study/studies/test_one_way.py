"""What the database itself holds a study to: one way from draft to unblinded, whatever the application says."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.allocation.actions import allocate
from reader_study.studies.actions import store_protocol
from reader_study.studies.models import CharterSignature, Study
from reader_study.studies.queries import current_protocol
from tests.reader_study.allocation.drafts import Draft, draft, frozen
from tests.reader_study.reading.reads import opened
from tests.reader_study.studies.states import sign_amended

pytestmark = pytest.mark.django_db


def refused(study: Draft, saying: str, **values: Any) -> None:
    with pytest.raises(DatabaseError, match=saying), transaction.atomic():
        Study.objects.filter(pk=study.study.pk).update(**values)


@pytest.mark.parametrize("state", ["draft", "frozen", "unblinded"])
def test_an_open_study_goes_neither_back_nor_past_its_lock(state: str) -> None:
    refused(opened(per_site=(1,), readers=1), f"a study that is open does not become {state}", state=state)


def test_a_study_is_locked_by_the_lock_of_its_data() -> None:
    refused(opened(per_site=(1,), readers=1), "by the lock of its data", state="locked")


def test_a_study_is_frozen_by_a_signature_and_open_once_it_is_allocated() -> None:
    refused(draft(per_site=(1,), readers=1), "frozen by a signature", state="frozen")
    refused(frozen(per_site=(1,), readers=1), "once its reads are allocated", state="open")


def test_a_study_begins_as_a_draft() -> None:
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        Study.objects.create(title="Open at once", state="open")
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        Study.objects.create(title="Allocated at once", allocated_at=timezone.now())


@pytest.mark.parametrize("moment", [None, timezone.now()])
def test_when_reads_were_allocated_is_written_once(moment: Any) -> None:
    study = frozen(per_site=(1,), readers=1)
    allocate(actor=study.investigator, study=study.study)
    refused(study, "allocated once", allocated_at=moment)


def test_a_signed_protocol_is_amended_with_a_signature() -> None:
    study = frozen(per_site=(1,), readers=1)
    document = {**current_protocol(study.study).document, "title": "Another title"}

    def stored(*, signed: bool) -> None:
        version = store_protocol(
            study=study.study, author=study.investigator, document=document, reason="Needed"
        )
        if signed:
            sign_amended(version, by=study.investigator)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="amended with a signature"), transaction.atomic():
        stored(signed=False)
    stored(signed=True)
    assert current_protocol(study.study).version == 2


def test_a_protocol_is_signed_by_the_investigator_over_the_very_version() -> None:
    study = draft(per_site=(1,), readers=1)
    version = current_protocol(study.study)
    for signer, content in ((study.readers[0], version.sha256), (study.investigator, "0" * 64)):
        signature = Signature.objects.create(
            signer=signer, full_name=signer.full_name, meaning="x", content_sha256=content
        )
        with pytest.raises(DatabaseError, match="the very version"), transaction.atomic():
            CharterSignature.objects.create(version=version, signature=signature)
