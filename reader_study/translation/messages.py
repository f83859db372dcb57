"""Why an image could not be computed, and what to do about it: code -> one sentence."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reader_study.translation.refusals import in_words

FAILURES: Mapping[str, Promise] = {
    "exhausted": _("The computation was started several times and never finished. Ask the administrator."),
    "manifest": _("The worker reported a result for another input or another model; it was not used."),
    "result_missing": _("The worker reported a result that is not in the store."),
    "not_marked": _("The computed image does not say how it was made, or for whom; it was not used."),
    "model": _("The model is not installed on the worker. Ask the administrator."),
    "not_translatable": _("The model cannot be used on this SPECT image."),
    "no_activity": _("The SPECT image shows no activity."),
    "input_missing": _("The SPECT image is not in the store. Ask the administrator."),
    "input_corrupt": _("The stored SPECT image is damaged. Ask the administrator."),
    "in_use": _("The case has another image in this place by now; the computed one was not used."),
    "superseded": _("The SPECT image was replaced while another was being computed from it."),
}
OTHER = _("The computation failed. Ask the administrator.")
REFUSALS = frozenset({"not_translatable", "no_activity"})  # the model's answer, the same at every try
ANOTHER_SPECT = _(
    "Without the computed image the case is not read. If the site has a SPECT image that the model can take, reject "
    "this one in the quality check and upload the other."
)


def failure(code: str, said: str = "") -> str:
    """What failed, empty for nothing. Of a refusal also what the model said; other words are for maintainers."""
    if not code:
        return ""
    return " ".join(
        filter(None, [str(FAILURES.get(code, OTHER)), in_words(said) if code in REFUSALS else ""])
    )


def advice(code: str) -> str:
    """What a coordinator can do; empty where it is for the administrator, or where nothing needs to be done."""
    return str(ANOTHER_SPECT) if code in REFUSALS else ""
