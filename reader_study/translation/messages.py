"""Why a virtual PET could not be computed: code -> one sentence."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAILURES: Mapping[str, Promise] = {
    "exhausted": _("The computation was started several times and never finished. Ask the administrator."),
    "manifest": _("The worker reported a result for another input or another model; it was not used."),
    "result_missing": _("The worker reported a result that is not in the store."),
    "not_marked": _("The computed image does not say that it is synthetic, or for whom; it was not used."),
    "model": _("The model is not installed on the worker. Ask the administrator."),
    "not_translatable": _("The model cannot be used on this SPECT image."),
    "no_activity": _("The SPECT image shows no activity."),
    "input_missing": _("The SPECT image is not in the store. Ask the administrator."),
    "input_corrupt": _("The stored SPECT image is damaged. Ask the administrator."),
    "in_use": _("Another virtual PET of this image was accepted before; this one was not used."),
    "superseded": _("The SPECT image was replaced while its virtual PET was being computed."),
}
OTHER = _("The computation failed. Ask the administrator.")


def failure(code: str) -> str:
    """The sentence of a failure; empty for none."""
    return str(FAILURES.get(code, OTHER)) if code else ""
