"""What comes with the images of a case and is read by nobody: of some of it the reader is shown a cine."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _

from reader_study.cases.cines import register_cine
from reader_study.cases.messages import cine_failure
from reader_study.cases.models import Case, Cine
from reader_study.intake.description import Kind
from reader_study.intake.models import Instance
from reader_study.studies.models import Study
from reader_study.studies.organs import ORGANS
from reader_study.studies.queries import protocol_of

# What moves, of which kinds of files. Gated projections are the views too, with their time slots added up.
CINES: Mapping[Kind, Cine.Kind] = {
    Kind.GATED_SPECT: Cine.Kind.GATED,
    Kind.PROJECTIONS: Cine.Kind.PROJECTIONS,
    Kind.GATED_PROJECTIONS: Cine.Kind.PROJECTIONS,
}


@dataclass(frozen=True)
class Companion:
    """One series that came with a case. expected: files that make it complete; message: what became of it."""

    kind: Kind
    state: str
    files: int
    expected: int
    cine: Cine | None
    message: str


def make_cine(instance: Instance, *, actor: UUID | None) -> None:
    """When the last file of a companion's series has come: its cine, if it is of a kind that moves."""
    kind = _cine_kinds(instance.study).get(Kind(instance.kind))
    if kind is None or not instance.state:
        return
    series = Instance.objects.filter(
        case=instance.case, kind=instance.kind, state=instance.state, series_uid=instance.series_uid
    )
    if series.count() == instance.slices:
        keys = sorted(series.values_list("object_key", flat=True))
        register_cine(case=instance.case, kind=kind, state=instance.state, dicom_keys=keys, actor=actor)


def companions_of(case: Case) -> list[Companion]:
    """Every series that came with a case beside its images, in the order of kind, state and arrival."""
    cines, kinds = list(Cine.objects.filter(case=case, superseded_at=None)), _cine_kinds(case.study)
    files = Instance.objects.filter(case=case, image_set="").order_by("kind", "state", "series_uid", "id")
    series = [
        list(own) for _key, own in groupby(files, key=lambda one: (one.kind, one.state, one.series_uid))
    ]
    series.sort(key=lambda own: (own[0].kind, own[0].state, min(one.received_at for one in own)))
    return [_companion(own, cines, moves=Kind(own[0].kind) in kinds) for own in series]


def _cine_kinds(study: Study) -> dict[Kind, Cine.Kind]:
    """Of which files the organ of a study has cines."""
    shown = ORGANS[protocol_of(study).organ].cine
    return {kind: cine for kind, cine in CINES.items() if cine in shown}


def _companion(series: list[Instance], cines: list[Cine], *, moves: bool) -> Companion:
    first = series[0]
    kind = Kind(first.kind)
    keys = sorted(one.object_key for one in series)
    cine = next((one for one in cines if one.dicom_keys == keys and one.state == first.state), None)
    complete = len(series) == first.slices
    return Companion(
        kind=kind,
        state=first.state,
        files=len(series),
        expected=first.slices,
        cine=cine,
        message=_message(first.state, moves=moves, complete=complete, cine=cine),
    )


def _message(state: str, *, moves: bool, complete: bool, cine: Cine | None) -> str:
    if not moves:
        return _("Kept with the case; readers are not shown it.")
    if cine is not None:
        return _cine_message(cine)
    if not state:
        return _("The file says neither stress nor rest, so no cine is made of it.")
    if not complete:
        return _("Not all files of it have come yet.")
    return _("No cine is made of it: another one of the same kind and state came first.")


def _cine_message(cine: Cine) -> str:
    match cine.status:
        case Cine.Status.WAITING:
            return _("Its cine waits for the SPECT of the same state.")
        case Cine.Status.DERIVING:
            return _("Its cine is being prepared.")
        case Cine.Status.READY:
            return _("Its cine is ready.")
        case _:
            return cine_failure(cine.code)
