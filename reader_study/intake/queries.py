import hmac
from uuid import UUID

from django.db.models import Count, QuerySet

from reader_study.accounts.models import User
from reader_study.cases.models import Case
from reader_study.cases.queries import UNBLINDED
from reader_study.intake.models import Instance, Upload, UploadedFile
from reader_study.intake.pseudonyms import Pseudonyms, site_key
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.queries import sites_of, study_for


def pseudonyms_of(study: Study, site: Site) -> Pseudonyms:
    """A site's own: it can never recompute those of another."""
    return Pseudonyms(site_key(study_key=bytes(study.pseudonym_key), site=site.id))


def uploading_sites(user: User, study: Study) -> QuerySet[Site]:
    """The sites for which somebody may send files: those that the person coordinates."""
    own = study.memberships.filter(user=user, role=Role.COORDINATOR).values("site")
    return study.sites.filter(pk__in=own).order_by("code")


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
