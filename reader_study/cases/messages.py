"""What was noticed about an image, and why one cannot be used: code -> one sentence."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reader_study.cases.models import OF_BRAIN

FAILURES: Mapping[str, Promise] = {
    "not_dicom": _("The image cannot be read as DICOM."),
    "header": _("The header of the image is incomplete or contradictory."),
    "orientation": _("The orientation in the header cannot be that of this image."),
    "sop_class": _("Only NM and PT images can be used."),
    "too_many_files": _("An NM volume must be one multi-frame file, or one file for each slice."),
    "gated": _("A gated image cannot be read as one volume."),
    "not_gated": _("This image is not gated."),
    "dynamic": _("A dynamic PET series is many volumes in time; the static one is needed."),
    "localizer": _("A CT localizer is a projection, not a slice."),
    "units": _("The numbers of this image are not in the unit that is needed."),
    "transmission": _("This is a map of tissue, not of activity."),
    "not_reconstructed": _("This is not a reconstructed volume."),
    "slice_order": _("The slices are not numbered 1 to N in order."),
    "mixed_series": _("The slices do not belong to one series of one size and direction."),
    "slice_missing": _("Slices are missing or unevenly spaced."),
    "slice_duplicate": _("Two slices lie at the same place."),
    "not_short_axis": _("The short-axis images of the heart are needed."),
    "geometry_missing": _("The image does not say how large its voxels are or how they lie."),
    "pixels": _("The pixel data cannot be decoded."),
    "no_left_ventricle": _("No left ventricle was found in the image."),
    "no_brain": _("No brain was found in the image."),
    "not_upright": _("The image is not a stack of transaxial slices; a brain is read in those."),
    "interrupted": _("Preparing the image was interrupted several times. Ask the administrator."),
    "internal": _("Preparing the image failed for an unexpected reason. Ask the administrator."),
}
# Where the sentence of an image would not be true of a cine.
CINE_FAILURES: Mapping[str, Promise] = {
    "gated": _("The file does not say which of its frames belongs to which part of one kind of heartbeat."),
    "too_many_files": _("A beat or a series of views must be one multi-frame file."),
    "beat_frames": _("A beat must have 4 to 32 frames."),
    "beat_elsewhere": _(
        "The heart of the gated image does not lie where the SPECT of the same state shows it."
    ),
    "no_left_ventricle": _("No left ventricle was found in the SPECT of the same state."),
    "not_projections": _("These are no views of a camera that went round the patient."),
    "views": _("The views are too few or too many to be shown as a cine."),
    "no_counts": _("The views hold no counts."),
    "slice_missing": _("Views or slices are missing: the parts of this cine do not have as many."),
    "interrupted": _("Preparing the cine was interrupted several times. Ask the administrator."),
    "internal": _("Preparing the cine failed for an unexpected reason. Ask the administrator."),
}
FLAGS: Mapping[str, Promise] = {
    "geometry_unverified": _("The header holds no orientation; the usual display order was assumed."),
    "slice_spacing_assumed": _("The slice spacing was taken from the slice thickness."),
    "slice_order_assumed": _(
        "The slices do not say where they lie; they were put in the order of their numbers."
    ),
    "reoriented": _(
        "The image was transaxial; the long axis was found and the image reoriented automatically."
    ),
    "slice_order_conflict": _("The stated slice order contradicts the geometry; the geometry was followed."),
    "low_confidence": _("It is doubtful that the left ventricle was found where it is; look at the outline."),
    "not_ventricle_like": _("What was found looks little like a left ventricle."),
    "radius_implausible": _("The left ventricle found is unusually wide or narrow."),
    "length_implausible": _("The left ventricle found is unusually long or short."),
    "axis_tilted": _("The long axis is tilted; the image may not be reoriented well."),
    "apex_uncertain": _("The apex could not be placed with certainty."),
    "base_outside": _("The base lies at the edge of the image."),
    "cut_off": _("A part of the left ventricle may lie outside the image."),
    "hot_neighbour": _("There is high activity beside the heart, such as in the liver or gut."),
    "apex_base_reversed": _("Apex and base may be the wrong way round."),
    "brain_cut_off": _("A part of the brain may lie outside the image."),
    "regions_doubted": _("It is doubtful that the regions were found where they are; look at the slices."),
    "region_outside": _("A region lies outside the image; its value is shown as 0."),
    "not_perfusion": _("The file says that its tracer shows the dopamine transporter, not perfusion."),
    "uncertainty_unusable": _("The uncertainty that came with the image cannot be shown."),
}

# Flags of a geometry that the header does not prove -> what a person has to look at before the image is accepted.
UNPROVEN: Mapping[str, Promise] = {
    "geometry_unverified": _(
        "The septum, beside the right ventricle, is at the left; the inferior wall is at the bottom; the first slices "
        "show the closed apex."
    ),
    "slice_spacing_assumed": _(
        "The first slices show the closed apex and the last the open base; the ventricle is neither squeezed nor "
        "stretched along its axis."
    ),
    "slice_order_assumed": _(
        "From slice to slice the wall goes on without a jump, from the closed apex to the open base."
    ),
    "slice_order_conflict": _("The first slices show the closed apex, the last ones the open base."),
    "reoriented": _(
        "The outline follows the wall from the closed apex to the open base in all three views; the septum, beside the "
        "right ventricle, is at the left."
    ),
}

UNPROVEN_BRAIN: Mapping[str, Promise] = {
    "slice_spacing_assumed": _("The head is neither squeezed nor stretched from the neck to the top."),
    "slice_order_assumed": _(
        "From slice to slice the brain goes on without a jump, from the cerebellum to the top of the head."
    ),
}


def failure(code: str) -> str:
    """The sentence of a failure; empty for none."""
    return str(FAILURES.get(code, FAILURES["internal"])) if code else ""


def cine_failure(code: str) -> str:
    """The sentence of a cine's failure; empty for none."""
    return str(CINE_FAILURES[code]) if code in CINE_FAILURES else failure(code)


def unproven(flags: Sequence[str], *, image_set: str) -> list[str]:
    """Those of the flags that say that the header does not prove how the image lies."""
    return [code for code in _unproven(image_set) if code in flags]


def to_look_at(flags: Sequence[str], *, image_set: str) -> list[str]:
    """What a person has to see in an image with these flags, a sentence each; empty if its header proves it."""
    return [str(_unproven(image_set)[code]) for code in unproven(flags, image_set=image_set)]


def _unproven(image_set: str) -> Mapping[str, Promise]:
    return UNPROVEN_BRAIN if image_set in OF_BRAIN else UNPROVEN


def flag(code: str) -> str:
    """The sentence of a flag; an unknown one as it is."""
    return str(FLAGS.get(code, code))
