import hmac
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from reader_study.accounts.models import User
from reader_study.cases.models import Case
from reader_study.cases.queries import UNBLINDED
from reader_study.intake.description import Kind
from reader_study.intake.models import Instance, KeptApart, Upload, UploadedFile
from reader_study.intake.pseudonyms import Pseudonyms, site_key
from reader_study.problems import NotFound
from reader_study.studies.models import Site, Study
from reader_study.studies.protocol import ImageSet
from reader_study.studies.queries import coordinated_sites, protocol_of, sites_of, study_for


def pseudonyms_of(study: Study, site: Site) -> Pseudonyms:
    """A site's own: it can never recompute those of another."""
    return Pseudonyms(site_key(study_key=bytes(study.pseudonym_key), site=site.id))


def uploading_sites(user: User, study: Study) -> QuerySet[Site]:
    """The sites for which somebody may send files: those that the person coordinates."""
    return coordinated_sites(user, study)


def kinds_wanted(study: Study) -> tuple[Kind, ...]:
    """What the protocol collects: images of its arms, those that others are computed from, and what goes with them."""
    protocol = protocol_of(study)
    sets = set(protocol.image_sets)
    read = {Kind.SPECT: bool(sets - {ImageSet.PET}), Kind.PET: ImageSet.PET in sets}
    return (*(kind for kind, wanted in read.items() if wanted), *map(Kind, protocol.intake.also))


def visible_uploads(user: User, study: Study) -> QuerySet[Upload]:
    uploads = Upload.objects.filter(study=study, site__in=sites_of(user, study))
    return uploads.select_related("site").order_by("-created_at")


def upload_for(user: User, upload_id: UUID) -> Upload:
    """The upload, if the user may see its site. Raises NotFound, the same for absent and foreign."""
    upload = Upload.objects.filter(pk=upload_id).select_related("study").first()
    if upload is None:
        raise NotFound()
    study = study_for(user, upload.study_id, *UNBLINDED)
    visible = visible_uploads(user, study).filter(pk=upload_id).first()
    if visible is None:
        raise NotFound()
    return visible


def own_upload(user: User, upload_id: UUID) -> Upload:
    """The upload, if the user may send files to it. Raises NotFound."""
    upload = Upload.objects.filter(pk=upload_id).select_related("study", "site").first()
    if upload is None or not uploading_sites(user, upload.study).filter(pk=upload.site_id).exists():
        raise NotFound()
    return upload


def counts(upload: Upload) -> dict[str, int]:
    """How many files have which verdict."""
    return dict(upload.files.order_by().values_list("verdict").annotate(Count("id")))


def cases_touched(upload: Upload) -> QuerySet[Case]:
    """The cases to which files of an upload belong."""
    files = UploadedFile.objects.filter(upload=upload, case__isnull=False)
    return Case.objects.filter(pk__in=files.values("case")).order_by("subject")


def known_files(*, study: Study, site: Site, sha256s: list[str]) -> dict[str, UUID | None]:
    """Those of the digests whose file this site has sent before, with the image it is a part of.

    Other sites' files are not looked at. None: the file's series is not complete yet.
    """
    by_fingerprint = {fingerprint(study, sha256): sha256 for sha256 in sha256s}
    found = Instance.objects.filter(study=study, site=site, fingerprint__in=list(by_fingerprint))
    return {by_fingerprint[bytes(value)]: image for value, image in found.values_list("fingerprint", "image")}


def fingerprint(study: Study, sha256: str) -> bytes:
    """What a file is recognised by when it is sent again: keyed, so that it says nothing to others. 32 bytes."""
    return hmac.digest(bytes(study.pseudonym_key), b"file\0" + sha256.encode(), "sha256")


def fingerprints_kept_apart(*, study: Study, site: Site) -> set[bytes]:
    held = KeptApart.objects.filter(study=study, site=site, state=KeptApart.State.HELD)
    return {bytes(value) for value in held.values_list("fingerprint", flat=True)}


def own_kept_apart(user: User, kept_id: UUID) -> KeptApart:
    """A file that waits for a person of a site that the user coordinates; nobody else may. Raises NotFound."""
    kept = KeptApart.objects.filter(pk=kept_id).select_related("study", "site", "upload").first()
    if kept is None or not uploading_sites(user, kept.study).filter(pk=kept.site_id).exists():
        raise NotFound()
    return kept


def kept_apart_of(user: User, study: Study) -> QuerySet[KeptApart]:
    """What waits for the user: the files of the sites that the user coordinates, those that go first ahead."""
    held = KeptApart.objects.filter(
        study=study, site__in=uploading_sites(user, study), state=KeptApart.State.HELD
    )
    return held.select_related("site", "upload").order_by("expires_at", "upload", "number")


def cases_kept_apart(study: Study, held: Iterable[KeptApart]) -> dict[UUID, dict[bytes, Case]]:
    """The cases that the patients of files that wait have already: site -> subject key -> case."""
    keys = {kept.subject_key for kept in held if kept.subject_key}
    cases: dict[UUID, dict[bytes, Case]] = defaultdict(dict)
    for case in Case.objects.filter(study=study, subject_key__in=keys):
        cases[case.site_id][bytes(case.subject_key)] = case
    return cases


def kept_apart_counts(user: User, study: Study) -> list[dict[str, Any]]:
    """How many files wait, by site and reason, of the sites whose cases the user may see."""
    held = KeptApart.objects.filter(
        study=study, site__in=sites_of(user, study), state=KeptApart.State.HELD
    ).order_by("site__code", "code")
    counted = held.values("site__code", "code").annotate(total=Count("id"), first=Min("expires_at"))
    return [
        {"site": row["site__code"], "code": row["code"], "files": row["total"], "expires_at": row["first"]}
        for row in counted
    ]
