"""Why an attribute was kept, changed or removed: a stable key for reports, one sentence for people."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, Promise] = {
    # kept, because the study needs it
    "patient": _("Sex, age, size and weight: needed for uptake values and to describe the patients."),
    "grouping": _("Says which files belong together."),
    "kind": _("Says what kind of image it is."),
    "acquisition": _("Says how the image was acquired."),
    "geometry": _("Places the image in space."),
    "orientation": _("Says how the patient lay and which way the slices run."),
    "pixels": _("Describes the pixels, or is the image itself."),
    "display": _("How the image is shown at first."),
    "counts": _("Relates stored values to counts or activity."),
    "decay": _("Times and amounts for decay and uptake."),
    "tracer": _("The radiopharmaceutical, as a code or a listed name."),
    "energy": _("Limits of the energy windows."),
    "detector": _("Detector and collimator."),
    "rotation": _("Motion of the detectors."),
    "gating": _("Gating by the heart beat."),
    "attenuation": _("X-ray settings, which attenuation coefficients depend on."),
    "equipment": _("A listed name of a manufacturer or model."),
    "provenance": _("Points to the images that this one was made from, by replaced UIDs."),
    "valid": _("Must be there, and is empty."),
    # changed
    "uid": _("The UID is replaced under the site's secret key, everywhere by the same one."),
    "date": _("The date is moved back by a secret number of days, the same for all dates of the patient."),
    "age": _("An age above 89 becomes 90."),
    "time": _("A time of day in an old notation is written in today's."),
    "whole": _("A whole number is written without a decimal point."),
    "term": _("Values that are no term of the standard are left out."),
    "name": _("Written as the list of known names has it."),
    "meaning": _("The words beside a code are written anew from the standard's dictionary."),
    "state": _("Stress or rest, as a code of the standard."),
    "pseudonym": _("Name and ID of the patient are replaced by the study's pseudonym."),
    "study_words": _("Free text is replaced by the study's own words for what the image shows."),
    "claim": _("Says what was done to the file, and by which procedure."),
    "blanked": _("A person blanked a part of the image."),
    "trailing": _("Bytes behind the image are cut off."),
    # removed
    "identity": _("Names a person or identifies one."),
    "free_text": _("Free text, in which anything may stand."),
    "other_date": _("A date or time that the study does not need."),
    "other_uid": _("A UID that the study does not need."),
    "sequence": _("A group of attributes that the study does not need."),
    "not_needed": _("The study does not need it."),
    "unknown": _("The standard does not know this attribute."),
    "private": _("A manufacturer's private attribute, whose content nobody can vouch for."),
    "overlay": _("An overlay, which may show text."),
    "curve": _("A curve, an obsolete place for other data."),
    "charset": _("All texts that stay are plain ASCII, so no character set is needed."),
    "unproven": _("The value is not of the form that this attribute must have."),
    "numbered": _("The number is the same as one in an identifier of the patient."),
    "no_code": _("The code is not one that the standard lists for this attribute."),
    "header": _("The file header is written anew."),
}

# Keys that an earlier version of the procedure wrote: what was sent by it is still understood.
RETIRED: frozenset[str] = frozenset()


def reason_text(key: str) -> str:
    """The sentence of a reason in the reader's language; the key itself if an older procedure wrote it."""
    return str(REASONS.get(key, key))
