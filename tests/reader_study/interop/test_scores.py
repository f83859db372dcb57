"""Scores of an unblinded study for other systems: when, to whom, and what becomes of a failure."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pydicom import dcmread

from inference.dicom.write import nm_dataset, pt_datasets, to_bytes, uid_from
from inference.objects import digest_of
from reader_study.agreement.actions import record_report
from reader_study.agreement.actions import start_report as begin_report
from reader_study.agreement.models import Lock
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.interop import exporting, score_exports
from reader_study.interop.models import ScoreExport
from reader_study.interop.results.scores import scored_study
from reader_study.interop.tasks import export_scores, sweep
from reader_study.studies.models import Membership, Role
from tests.reader_study.agreement import studies
from tests.reader_study.agreement.conftest import few_resamples, sent  # noqa: F401  # fixtures
from tests.reader_study.allocation.drafts import Draft, user
from tests.reader_study.interop import objects
from tests.reader_study.interop.peers import orthanc
from tests.reader_study.interop.test_results import evidence_of
from tests.reader_study.reading.reads import opened
from tests.reader_study.studies.second_person import unblind


def files_for(study: Draft) -> None:
    """Real DICOM files for every image of a study that was made without."""
    for image in Image.objects.filter(case__study=study.study).select_related("case"):
        seed = int(digest_of(image.id.bytes)[:6], 16)
        series = uid_from(image.image_set, str(image.case_id), image.state)
        # Stress and rest on two days: two DICOM studies, as hospitals have it.
        of_state = {"StudyInstanceUID": uid_from("study", str(image.case_id), image.state)}
        given = objects.header(image.case, SeriesInstanceUID=series, **of_state)
        volume = objects.volume(seed, (3, 16, 16))
        if image.image_set == "pet":
            files = [to_bytes(ds) for ds in pt_datasets(volume, header=given, state=image.state)]
        else:
            files = [to_bytes(nm_dataset(volume, header=given, state=image.state))]
        image.dicom_keys = [store().put(data) for data in files]
        image.save(update_fields=["dicom_keys"])


@pytest.fixture
def locked(
    db: None,
    signed_in: Any,
    sent: list[Any],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> Draft:
    """One case, two readers, three image sets: six reads, because a report takes most of a second."""
    monkeypatch.setattr(studies, "opened", lambda **_more: opened(per_site=(1,), readers=2))
    study = studies.finished()
    with django_capture_on_commit_callbacks(execute=True):
        assert studies.lock(signed_in(study.investigator), study).status_code == 202
    return study


@pytest.fixture
def unblinded(locked: Draft) -> Draft:
    files_for(locked)
    lock, fence = begin_report(lock_id=Lock.objects.get().pk)
    record_report(lock_id=lock.pk, fence=fence, files={})  # it is not what these tests are about
    unblind(locked.study, investigator=locked.investigator)
    return locked


@pytest.fixture
def exported(unblinded: Draft) -> Draft:
    sweep()
    export_scores(str(Lock.objects.get().pk))
    return unblinded


def address(study: Draft, name: str = "") -> str:
    return f"/api/studies/{study.study.id}/scores" + (f"/{name}" if name else "")


def reports(study: Draft, client: Any) -> dict[str, bytes]:
    answer = client.get(address(study, exporting.ARCHIVE))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- when, and to whom


def test_before_unblinding_there_are_no_scores(locked: Draft, signed_in: Any) -> None:
    client = signed_in(locked.investigator)
    files_for(locked)
    assert client.get(address(locked)).json() == {"state": "none", "files": []}
    assert client.get(address(locked, exporting.FHIR)).status_code == 404
    sweep()
    assert not ScoreExport.objects.exists()
    ScoreExport.objects.create(lock=Lock.objects.get())  # even if somebody had ordered them
    export_scores(str(Lock.objects.get().pk))
    assert client.get(address(locked)).json()["state"] == "none"
    assert ScoreExport.objects.get().state == "computing"


def test_unblinding_orders_scores_and_a_worker_makes_them(
    unblinded: Draft,
    signed_in: Any,
    sent: list[Any],  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = signed_in(unblinded.investigator)
    assert client.get(address(unblinded)).json()["state"] == "computing"
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    lock = Lock.objects.get()
    assert sent[-1] == ("interop.export_scores", [str(lock.pk)])
    export_scores(str(lock.pk))
    body = client.get(address(unblinded)).json()
    assert body["state"] == "ready"
    assert [file["name"] for file in body["files"]] == [exporting.ARCHIVE, exporting.FHIR]
    for file in body["files"]:
        answer = client.get(file["url"])
        assert digest_of(answer.content) == file["sha256"]
        assert len(answer.content) == file["size"]
        assert answer["Cache-Control"] == "private, no-store"
        assert "attachment" in answer["Content-Disposition"]
    entry = Entry.objects.get(action="interop.scores_prepared")
    assert entry.detail["reports"] == 6
    _nobody_by_name(unblinded, client)
    assert set(entry.detail["files"]) == {exporting.ARCHIVE, exporting.FHIR}
    export_scores(str(lock.pk))  # once more changes nothing
    assert Entry.objects.filter(action="interop.scores_prepared").count() == 1


def _nobody_by_name(study: Draft, client: Any) -> None:
    """A report for each read: two readers, three image sets; and no file says who they are."""
    document = json.loads(store().get(Lock.objects.get().sha256))
    found = reports(study, client)
    reads = scored_study(document, lock_sha256="").reads
    assert {Path(name).stem for name in found} == {read.name for read in reads}
    assert len(found) == 6
    bundle = client.get(address(study, exporting.FHIR)).content
    for data in (*found.values(), bundle):
        for person in [*study.readers, study.investigator]:
            for identity in (person.full_name, person.email, str(person.id)):
                assert identity.encode() not in data
    for read in reads:
        ds = dcmread(io.BytesIO(found[f"sr/{read.name}.dcm"]))
        keys = [
            key
            for one in Image.objects.filter(pk__in=[seen.image for seen in read.images])
            for key in one.dicom_keys
        ]
        files = [dcmread(io.BytesIO(store().get(key)), stop_before_pixels=True) for key in keys]
        assert evidence_of(ds) == {(file.StudyInstanceUID, file.SOPInstanceUID) for file in files}


def test_readers_coordinators_and_strangers_get_no_scores(exported: Draft, signed_in: Any) -> None:
    site = exported.study.sites.first()
    coordinator = user("Cora Coordinator")
    Membership.objects.create(study=exported.study, user=coordinator, role=Role.COORDINATOR, site=site)
    for person in (exported.readers[0], coordinator, user("Sue Stranger"), user("Sam", is_staff=True)):
        client = signed_in(person)
        for name in ("", exporting.ARCHIVE, exporting.FHIR):
            assert client.get(address(exported, name)).status_code == 404
        assert client.post(address(exported, "again")).status_code == 404
    monitor = user("Mona Monitor")
    Membership.objects.create(study=exported.study, user=monitor, role=Role.MONITOR)
    client = signed_in(monitor)
    assert client.get(address(exported, exporting.FHIR)).status_code == 200
    assert client.post(address(exported, "again")).status_code == 404
    # A report of one read is in the archive, and not to be had by its name alone.
    assert client.get(address(exported, "sr/A-0001_R1_spect_1.dcm")).status_code == 404
    assert client.get(address(exported, "A-0001_R1_spect_1.dcm")).status_code == 404


def test_what_fails_is_tried_again_and_then_said(unblinded: Draft, signed_in: Any, sent: Any) -> None:  # noqa: F811
    lost = Image.objects.filter(case__study=unblinded.study, image_set="pet").first()
    assert lost is not None
    path = store().path(lost.dicom_keys[0])
    kept = path.read_bytes()
    path.unlink()
    client = signed_in(unblinded.investigator)
    assert client.post(address(unblinded, "again")).status_code == 404
    for _try in range(score_exports.ATTEMPTS):
        sweep()
        export_scores(str(Lock.objects.get().pk))
    assert client.get(address(unblinded)).json() == {"state": "failed", "files": []}
    assert Entry.objects.filter(action="interop.scores_failed").count() == 1
    path.write_bytes(kept)
    assert client.post(address(unblinded, "again")).json()["state"] == "computing"
    assert client.post(address(unblinded, "again")).status_code == 409
    export_scores(str(Lock.objects.get().pk))
    assert client.get(address(unblinded)).json()["state"] == "ready"


def test_the_same_lock_gives_the_same_bytes(exported: Draft, tmp_path: Path) -> None:
    from inference.objects import ObjectStore

    first = ScoreExport.objects.get().files
    elsewhere = ObjectStore(tmp_path / "elsewhere")
    for key in [key for image in Image.objects.all() for key in image.dicom_keys]:
        elsewhere.put(store().get(key))
    lock = Lock.objects.get()
    assert exporting.made(store().get(lock.sha256), elsewhere, alive=lambda: None) == first


# --- to an archive


def test_reports_to_orthanc_after_unblinding(exported: Draft, signed_in: Any, tmp_path: Path) -> None:
    made = reports(exported, signed_in(exported.investigator)).values()
    sent_ones = {dcmread(io.BytesIO(data)).SOPInstanceUID: data for data in made}
    with orthanc(tmp_path / "orthanc") as peer:
        options = ["--what", "scores", "--by", exported.investigator.email]
        call_command(
            "send_dicom",
            str(exported.study.id),
            *options,
            "--stow",
            f"{peer.http}/dicom-web",
            "--case",
            "A-0001",
        )
        assert len(peer.get("/instances")) == 6
        for sop_uid, data in sent_ones.items():
            assert peer.file(sop_uid) == data  # the very bytes
        call_command(
            "send_dicom", str(exported.study.id), *options, "--to", f"ORTHANC@127.0.0.1:{peer.dicom_port}"
        )
        assert len(peer.get("/instances")) == 6  # the same six
        for sop_uid, data in sent_ones.items():
            kept = dcmread(io.BytesIO(peer.file(sop_uid)))
            assert kept.to_json_dict() == dcmread(io.BytesIO(data)).to_json_dict()
