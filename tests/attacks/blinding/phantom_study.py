"""One phantom as SPECT, virtual PET and PET: three sets of DICOM files that share only the picture."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from pydicom import dcmread

from inference.dicom.derived import derived_nm
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.model import ModelIdentity
from inference.objects import ObjectStore
from inference.volume import Volume
from reader_study.accounts.models import User
from reader_study.allocation.actions import allocate
from reader_study.allocation.queries import assignments
from reader_study.cases.actions import case_for_subject, decide_quality, register_image
from reader_study.cases.asking import answer_site_query, ask_site, close_site_query
from reader_study.cases.models import Case, Image
from reader_study.cases.tasks import derive
from reader_study.reading.opening import open_study
from reader_study.studies import actions
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol
from reader_study.studies.templates import kawakubo_replica
from tests.inference.heart import phantom
from tests.reader_study.allocation.drafts import PASSWORD, sign_charter, user

HEADERS = {
    "spect": {"Manufacturer": "SPECT works", "SeriesDescription": "Stress SA NC", "StudyDate": "20260102"},
    "virtual_pet": {"Manufacturer": "Virtual PET maker", "SeriesDescription": "AI", "StudyDate": "20260102"},
    "pet": {"Manufacturer": "PET works", "SeriesDescription": "NH3 stress", "StudyDate": "20260309"},
}


@dataclass(frozen=True)
class PhantomStudy:
    study: Study
    investigator: User
    reader: User
    case: Case
    query: UUID


def phantom_study(template: Callable[..., Protocol] = kawakubo_replica) -> PhantomStudy:
    """A draft with one reader and one case, whose image sets show the same heart, derived from DICOM."""
    investigator, reader = user("Ivo Investigator"), user("Rita Reader")
    charter = template(
        title="SPECT, virtual PET and PET", reader_title="Heart study 7", simulated=True, washout_days=0
    )
    study = actions.create_study(
        creator=user("Anna Administrator", is_staff=True),
        title=charter.title,
        investigator=investigator.email,
        document=charter.as_document(),
    )
    site = actions.add_site(actor=investigator, study=study, code="A", name="Hospital A")
    coordinator = user("Carl Coordinator")
    actions.add_member(actor=investigator, study=study, email=reader.email, role=Role.READER)
    actions.add_member(
        actor=investigator, study=study, email=coordinator.email, role=Role.COORDINATOR, site_id=site.id
    )
    case = case_for_subject(study=study, site=site, subject_key=b"phantom".ljust(32))
    for state, remaining in (("stress", 0.5), ("rest", 0.9)):
        for image_set in HEADERS:
            image = register_image(
                case=case,
                image_set=image_set,
                state=state,
                dicom_keys=_files(image_set, state, remaining),
                source="translation" if image_set == "virtual_pet" else "upload",
                provenance={},
                actor=None,
                uncertainty_key=_uncertainty(state, remaining) if image_set == "virtual_pet" else "",
            )
            derive(str(image.id))
            if image_set == "virtual_pet":
                query = _query(investigator, coordinator, image)
            decide_quality(actor=coordinator, image_id=image.id, decision="accepted", reason="")
    assert Image.objects.filter(status="ready", qc="accepted").count() == 6
    assert Image.objects.exclude(uncertainty_neutral_key="").count() == 2
    return PhantomStudy(study=study, investigator=investigator, reader=reader, case=case, query=query)


def _query(investigator: User, coordinator: User, image: Image) -> UUID:
    """What no reader may ever hear: the site was asked about its virtual PET, and answered."""
    query = ask_site(
        actor=investigator,
        case_id=image.case_id,
        image_id=image.id,
        category="processing",
        text="Which SPECT of Hospital A is this virtual PET of?",
    )
    answer_site_query(
        actor=coordinator, query_id=query.id, text="Of the one that the works made for case A-0001."
    )
    close_site_query(actor=investigator, query_id=query.id)
    return query.id


@contextmanager
def opened_with(made: PhantomStudy, steps: tuple[tuple[str, ...], ...]) -> Iterator[None]:
    """The study allocated so that the read that shows this comes first, and opened; undone in the end."""
    undo_all = transaction.savepoint()
    sign_charter(made.study, made.investigator)
    for number in range(100):
        undo = transaction.savepoint()
        allocate(actor=made.investigator, study=made.study, seed=number.to_bytes(32, "big"))
        if assignments(made.study)[0].steps == steps:
            break
        transaction.savepoint_rollback(undo)
    open_study(actor=made.investigator, study=made.study, password=PASSWORD, reason="All cases are in")
    yield
    transaction.savepoint_rollback(undo_all)
    made.study.refresh_from_db()


def _uncertainty(state: str, remaining: float) -> str:
    """Twelve per cent of the phantom: what a worker computes beside a virtual PET."""
    heart = phantom.volume(phantom.one_defect(10, remaining=remaining))
    spread = Volume(0.12 * heart.voxels, heart.affine, heart.kind)
    source = dcmread(BytesIO(to_bytes(nm_dataset(heart, header=HEADERS["spect"], state=state))))
    made = derived_nm(
        spread, source=source, model=ModelIdentity("m", "1", "d" * 64), name="5" * 64, role="uncertainty"
    )
    return ObjectStore(settings.OBJECT_STORE).put(to_bytes(made))


def _files(image_set: str, state: str, remaining: float) -> list[str]:
    """The phantom with one weak segment as the files of an arm, in the object store."""
    heart = phantom.volume(phantom.one_defect(10, remaining=remaining))
    write = pt_datasets if image_set == "pet" else nm_dataset
    made = write(heart, header=HEADERS[image_set], state=state)
    store = ObjectStore(settings.OBJECT_STORE)
    return [store.put(to_bytes(dataset)) for dataset in (made if isinstance(made, list) else [made])]
