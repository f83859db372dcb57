"""One study in each state with people in every role, and the same roles in another study, made once."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from pydicom import dcmread

from inference.dicom.write import nm_dataset, to_bytes
from reader_study.accounts.actions import make_token
from reader_study.accounts.models import TokenScope, User
from reader_study.accounts.queries import digest_of
from reader_study.agreement import exports
from reader_study.agreement.actions import lock_data, record_report, start_report
from reader_study.agreement.models import Lock
from reader_study.agreement.unblinding import ask_for_case
from reader_study.allocation.actions import allocate
from reader_study.cases.models import Case, Cine, Image
from reader_study.cases.quality_models import SiteQuery
from reader_study.cases.storage import store
from reader_study.intake.doors.actions import add_peer
from reader_study.intake.models import KeptApart, Upload
from reader_study.interop import score_exports
from reader_study.interop.exporting import FHIR
from reader_study.reading.models import Read, Unlock
from reader_study.studies.actions import add_member, add_site, create_study
from reader_study.studies.charter_conduct import Conduct
from reader_study.studies.delegation import end_membership, give_role
from reader_study.studies.models import BLIND, Invitation, Role, Study, UnblindingRequest
from reader_study.studies.queries import current_protocol
from reader_study.studies.templates import kawakubo_replica
from reader_study.studies.unblinding import APPROVERS, answer_request
from reader_study.translation.models import TranslationJob
from tests.reader_study.agreement.studies import MODEL, keep_sheet
from tests.reader_study.allocation.drafts import PASSWORD, Draft, draft, frozen, keep_pictures, user
from tests.reader_study.interop.objects import header, instance_of, volume
from tests.reader_study.reading.qualifications import qualifying
from tests.reader_study.reading.reads import opened, scored
from tests.reader_study.studies.second_person import unblind

MEMBERS = {
    "coordinator": Role.COORDINATOR,
    "coordinator of another site": Role.COORDINATOR,
    "quality": Role.QUALITY,
    "adjudicator": Role.ADJUDICATOR,
    "monitor": Role.MONITOR,
    "statistician": Role.STATISTICIAN,
    "former investigator": Role.INVESTIGATOR,
}
BLOB = b"x"
BLOB_SHA256 = hashlib.sha256(BLOB).hexdigest()
JOIN = "the-secret-of-an-invitation-"


@dataclass(frozen=True)
class World:
    """people: role -> person; elsewhere: the same in another study; things: state -> kind -> id in the address."""

    people: Mapping[str, User]
    elsewhere: Mapping[str, User]
    things: Mapping[str, Mapping[str, str]]
    hidden: tuple[str, ...]


def make() -> World:
    planned = {
        "draft": draft(per_site=(1, 1), readers=2),
        "frozen": frozen(per_site=(2, 2), readers=2),
        "allocated": frozen(per_site=(1, 1), readers=2),
        "open": opened(per_site=(1, 1), readers=2),
        "read": opened(
            per_site=(1, 1),
            readers=2,
            conduct=Conduct(ask_recall=True, ask_arm=True, drift_visible_to=("investigator",)),
        ),
        "unblinded": opened(per_site=(1, 1), readers=2),
        "training": qualifying().study,
    }
    allocate(actor=planned["allocated"].investigator, study=planned["allocated"].study)
    for state in ("read", "unblinded"):
        _sign_everything(planned[state])
    people = {
        "investigator": planned["draft"].investigator,
        "reader": planned["draft"].readers[0],
        "another reader": planned["draft"].readers[1],
        "administrator": user("Anna Administrator"),
        "nobody": user("Norma Nobody"),
        **{name: user(f"{name.title()} Here") for name in MEMBERS},
    }
    for study in planned.values():
        _join(study.study, study.investigator, people)
    keys = {state: _emergency(planned[state]) for state in ("open", "unblinded")}
    answer_request(
        actor=people["monitor"],
        request_id=keys["unblinded"].id,
        approved=True,
        reason="It is one",
        password=PASSWORD,
    )
    _unblind(planned["unblinded"])
    keep_pictures([*planned["open"].cases, *planned["unblinded"].cases])
    things = {name: _things(study, people) for name, study in planned.items()}
    for state, request in keys.items():
        things[state]["request_id"] = str(request.id)
    case = planned["open"].cases[0]
    hidden = (str(case.id), case.subject, "Hospital A", *map(str, case.images.values_list("id", flat=True)))
    return World(people, _elsewhere(), things, hidden)


def _join(study: Study, investigator: User, people: Mapping[str, User]) -> None:
    for name, role in MEMBERS.items():
        code = "B" if "another" in name else "A"
        site = study.sites.get(code=code) if role == Role.COORDINATOR else None
        by = people["administrator"] if role in APPROVERS else investigator
        member = give_role(study=study, user=people[name], role=role, site=site, by=by)
        if name.startswith("former"):
            end_membership(actor=investigator, study=study, membership_id=member.id, reason="Has left")


def _elsewhere() -> dict[str, User]:
    """Who may do everything in another study, and who reads and adjudicates there."""
    roles = {
        "somebody with all seeing roles": [role for role in Role if role not in BLIND],
        "a reader": [Role.READER],
        "an adjudicator": [Role.ADJUDICATOR],
    }
    people = {name: user(f"{name.title()} Elsewhere") for name in roles}
    everything = people["somebody with all seeing roles"]
    document = kawakubo_replica(title="Elsewhere", reader_title="Another", simulated=True).as_document()
    study = create_study(
        creator=user("Anna Administrator"),
        title="Elsewhere",
        investigator=everything.email,
        document=document,
    )
    site = add_site(actor=everything, study=study, code="A", name="Hospital A")
    for name, held in roles.items():
        for role in held:
            site_id = site.id if role == Role.COORDINATOR else None
            add_member(actor=everything, study=study, email=people[name].email, role=role, site_id=site_id)
    return people


def _sign_everything(study: Draft) -> None:
    Image.objects.filter(case__study=study.study, image_set="virtual_pet").update(provenance={"model": MODEL})
    for read in Read.objects.filter(study=study.study.id):
        keep_sheet(read, scored(1))


def _emergency(study: Draft) -> UnblindingRequest:
    """The investigator asks for the key of the case of site B."""
    return ask_for_case(
        actor=study.investigator,
        study=study.study,
        case_id=study.cases[1].id,
        password=PASSWORD,
        reason="An emergency",
    )


def _unblind(study: Draft) -> None:
    """Locked, its report and its scores there: written by the verbs that a worker calls, of contents that are short."""
    lock_data(actor=study.investigator, study=study.study, password=PASSWORD, reason="All is read")
    lock = Lock.objects.get(study=study.study)
    claim = start_report(lock_id=lock.id)
    assert claim is not None
    kept = _file(json.dumps({"simulated": True}).encode())
    record_report(lock_id=lock.id, fence=claim[1], files={exports.READS: kept})
    unblind(study.study, investigator=study.investigator)
    score_exports.order_missing()
    score_exports.record_files(lock_id=lock.id, files={FHIR: kept})


def _file(data: bytes) -> dict[str, str | int]:
    return {"key": store().put(data), "size": len(data)}


def _things(study: Draft, people: Mapping[str, User]) -> dict[str, str]:
    """One thing of each kind, of site A where it has a site."""
    case = study.cases[0]
    things: dict[str, object] = {"study_id": study.study.id, "case_id": case.id}
    things["reader_id"] = study.readers[0].id
    charter = current_protocol(study.study)
    things |= {"charter": charter.sha256, "document": json.dumps(charter.document)}
    if study.study.state in (Study.State.DRAFT, Study.State.OPEN):
        things |= _pictures(case)  # where the allocation waits to be opened, pictures may not change
    things |= _files(study.study, case, people["coordinator"])
    things["query_id"] = _query(case, people["quality"]).id
    things |= _of_people(study.study, people)
    reads = Read.objects.filter(study=study.study.id, reader=people["reader"])
    reads = reads.order_by("session", "position")
    if first := reads.first():
        if study.study.state == Study.State.OPEN and not first.sheets.exists():
            last = reads.filter(session=first.session).order_by("-position")[0]
            keep_sheet(last, scored(1))
            things["unlock_id"] = Unlock.objects.create(read=last, version=1, reason="A slip").id
        things["token"] = first.token
        if first.purpose == Read.Purpose.TRAINING:
            keep_sheet(first, scored(1))
    return {name: str(thing) for name, thing in things.items()}


def _pictures(case: Case) -> dict[str, object]:
    image = case.images.get(image_set="spect", state="stress")
    objects = store()
    Image.objects.filter(pk=image.pk).update(
        neutral_key=objects.put(b"neutral"),
        polar_key=objects.put(b"polar"),
        contour_key=objects.put(b"contour"),
    )
    data = to_bytes(nm_dataset(volume(case.number), header=header(case), state="stress"))
    key = objects.put(data)
    Image.objects.filter(pk=image.pk).update(dicom_keys=[key])
    file = dcmread(io.BytesIO(data), stop_before_pixels=True)
    instance_of(case, image, key, file, 1)
    computed = case.images.get(image_set="virtual_pet", state="stress")
    Image.objects.filter(pk=computed.pk).update(
        dicom_keys=[key],
        uncertainty_dicom_key=key,
        uncertainty_neutral_key=objects.put(b"neutral"),
        uncertainty_polar_key=objects.put(b"polar"),
        uncertainty_segments=[1.0] * 17,
    )
    cine = Cine.objects.create(
        case=case, state="stress", kind="projections", dicom_keys=[key], status="failed", code="unreadable"
    )
    job = TranslationJob.objects.create(
        image=image,
        model_name="m",
        model_version="1",
        model_digest="b" * 64,
        state=TranslationJob.State.FAILED,
        code="unreadable",
        lease_until=timezone.now(),
        finished_at=timezone.now(),
    )
    return {
        "image_id": image.id,
        "computed": computed.id,
        "cine_id": cine.id,
        "job_id": job.id,
        "study": file.StudyInstanceUID,
        "series": file.SeriesInstanceUID,
        "instance": file.SOPInstanceUID,
    }


def _files(study: Study, case: Case, coordinator: User) -> dict[str, object]:
    upload = Upload.objects.create(
        study=study, site=case.site, created_by=coordinator, manifest_digest="c" * 64
    )
    upload.files.create(number=0, size=1, sha256=BLOB_SHA256)
    kept = KeptApart.objects.create(
        study=study,
        site=case.site,
        upload=upload,
        number=0,
        size=1,
        fingerprint=hashlib.sha256(case.id.bytes).digest(),
        code="state",
        wrapped_key=b"k" * 60,
        expires_at=timezone.now() + timedelta(days=9),
    )
    return {"upload_id": upload.id, "sha256": BLOB_SHA256, "kept_id": kept.id}


def _query(case: Case, quality: User) -> SiteQuery:
    query = SiteQuery.objects.create(case=case, category="missing")
    due = timezone.now().date() + timedelta(days=9)
    query.entries.create(number=1, kind="asked", text="Is there a PET?", due_on=due, by=quality)
    return query


def _of_people(study: Study, people: Mapping[str, User]) -> dict[str, object]:
    peer = add_peer(
        actor=people["investigator"],
        study_id=study.id,
        site_id=study.sites.get(code="A").id,
        calling="SCANNER",
    )
    token, _secret = make_token(
        owner=people["coordinator"], password=None, scope=TokenScope.INTAKE, study=study.id, label="x", days=9
    )
    invitation = Invitation.objects.create(
        study=study,
        email="invited@example.org",
        full_name="Inge Invited",
        language="en",
        role=Role.MONITOR,
        invited_by=people["investigator"],
        digest=digest_of(JOIN + str(study.id)),
        expires_at=timezone.now() + timedelta(days=7),
    )
    invited = user("Ulla Unknown", password="!")
    return {
        "site_a": study.sites.get(code="A").id,
        "uid": urlsafe_base64_encode(force_bytes(invited.pk)),
        "account_token": default_token_generator.make_token(invited),
        "peer_id": peer.id,
        "token_id": token.id,
        "invitation_id": invitation.id,
        "membership_id": study.memberships.get(role=Role.MONITOR).id,
        "secret": JOIN + str(study.id),
    }
