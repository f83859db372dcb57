"""The procedure as a table for people: each attribute of its list, what happens to it, and why."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reader_study.intake.allowlist import ALLOWED, CT_STORAGE, EMPTY, ENHANCED_PT_STORAGE, NM_STORAGE
from reader_study.intake.grounds import reason_text
from reader_study.intake.reporting import name_at, path_of
from reader_study.intake.rules import Rule
from reader_study.intake.sealing import OWN

_CLASSES = {NM_STORAGE: "NM", CT_STORAGE: "CT", ENHANCED_PT_STORAGE: "Enhanced PET"}
# What a rule does, by its name.
_DONE: Mapping[str, Promise] = {
    "number": gettext_lazy("kept if it is a number within possible limits"),
    "uid": gettext_lazy("replaced by a UID that the site's key makes"),
    "class_uid": gettext_lazy("kept if it is a known storage class"),
    "date": gettext_lazy("moved back by the patient's secret number of days"),
    "datetime": gettext_lazy(
        "its date moved back by the patient's secret number of days; the time of day stays"
    ),
    "time": gettext_lazy("kept if it is a time of day"),
    "offset": gettext_lazy("kept if it is an offset from UTC"),
    "age": gettext_lazy("kept; above 89 years it becomes 90"),
    "pointer": gettext_lazy("kept if it points to a known attribute"),
    "terms": gettext_lazy("kept if it is a listed term"),
    "names": gettext_lazy("kept if it is a listed name"),
    "codes": gettext_lazy("kept if it is a listed code; its words are written anew"),
    "items": gettext_lazy("kept with what is listed below"),
    "patient_state": gettext_lazy("reduced to stress or rest"),
}


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """Tag (of a nested attribute, its path), name, kinds of files, what is done, why; first the heads of the columns.

    In the language that is active; names of attributes are the standard's, in English.
    """
    yield _("Tag"), _("Attribute"), _("Files"), _("What is done"), _("Reason")
    found: dict[tuple[str, str, str], list[str]] = {}
    for sop_class, listed in ALLOWED.items():
        for line in _lines(listed, ""):
            found.setdefault(line, []).append(_CLASSES.get(sop_class, "PET"))
    for tag, reason in OWN.items():
        found[path_of(tag), _("written by the study"), reason_text(reason)] = [_("all")]
    listed_paths = {path for path, _done, _reason in found}
    for tag in EMPTY:
        if path_of(tag) not in listed_paths:
            found[path_of(tag), _("left empty"), reason_text("valid")] = [_("all")]
    for (path, done, reason), classes in sorted(found.items(), key=lambda row: row[0][0]):
        named = _("all") if len(classes) == len(ALLOWED) else ", ".join(classes)
        yield path, name_at(path), named, done, reason
    yield _("all others"), "", _("all"), _("removed"), reason_text("not_needed")


def _lines(listed: Mapping[int, Rule], above: str) -> Iterator[tuple[str, str, str]]:
    for tag, rule in listed.items():
        path = above + path_of(tag)
        yield path, str(_DONE[rule.name]), reason_text(rule.ground)
        yield from _lines(getattr(rule, "within", {}), f"{path}[].")
