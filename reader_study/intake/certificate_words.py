"""Sentences of the certificate, in the language in force."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydicom.datadict import dictionary_description, tag_for_keyword

from reader_study.cases.models import Image
from reader_study.intake.description import COORDINATOR, Pixels
from reader_study.intake.models import Upload


def statement(certificate: Mapping[str, Any]) -> list[str]:
    """What was done to every file, and what the result is in the eyes of the law."""
    unseen = certificate["people"]["pixels_unseen"]
    said = [
        _(
            "Every file was rebuilt: it holds what a list of allowed attributes lets through, each with a reason and "
            "a proven form, and nothing else. Names, numbers and free text of the patient, the site and its "
            "staff are not on the list. UIDs are replaced, and all dates of a subject are moved back by the same "
            "secret number of days; intervals and times of day are true."
        ),
        _(
            "The data are pseudonymised: whoever holds the key and the patient IDs can find the person again, so they "
            "remain personal data. They are not anonymised (in Japan: not anonymously processed information)."
        ),
        _(
            "The result was read again and searched for every value that had to go. A file in which one was found, or "
            "that could not be proven safe, did not become part of the study. It was stored apart and encrypted, seen "
            "by the coordinators of its site only, for at most the %(days)s days of the protocol, and then destroyed, "
            "unless a person of the site settled the question before and the file passed all of this again."
        )
        % {"days": certificate["quarantine_days"]},
    ]
    if unseen:
        said.append(
            _(
                "The pixels of %(files)s files were checked by a program only, which misses some text (small, "
                "faint or dark text above all), and no person looked for text in them; these files do not claim "
                "clean pixel data (113101)."
            )
            % {"files": unseen}
        )
    return said


def where_removed(door: str, *, sealed: bool) -> str:
    """Whether identifiers left the site, by the door and whether the files came with the site's own seal."""
    if not sealed:
        return _(
            "On the server, after the files had arrived as the site has them; they waited on its disk until this was "
            "done, and were then deleted there."
        )
    if door == Upload.Door.BROWSER:
        return _(
            "In the coordinator's browser, before the first byte was sent; on the server all of it again."
        )
    return _("On the sender's own machine, before sending; on the server all of it again.")


def origin(keyword: str) -> str:
    """What said stress or rest: the attribute's name, in words that can be broken into lines."""
    if keyword == COORDINATOR:
        return _("a person")
    tag = tag_for_keyword(keyword) if keyword else None
    return dictionary_description(tag) if tag else keyword or "–"


def decided(act: Mapping[str, Any]) -> str:
    """One act of `certificate_acts` as a sentence."""
    looked = {
        "looked_header": _("Looked at the header, its values masked"),
        "looked_values": _("Looked at the header with its values"),
        "looked_picture": _("Looked at the picture"),
        "sent_again": _("Sent the file again, and it was taken; the copy that was kept apart was destroyed"),
    }
    if act["act"] in looked:
        return looked[act["act"]]
    said = _("; ").join(_said(name, value) for name, value in act["decided"].items())
    if act["act"] == "before_sending":
        return _("Before sending: %(decided)s") % {"decided": said}
    if act["taken"]:
        return _("Answered: %(decided)s. The file was examined again and taken") % {"decided": said}
    return _("Answered: %(decided)s. The file was examined again and stayed apart") % {"decided": said}


def _said(name: str, value: str) -> str:
    names = {
        "state": _("stress or rest"),
        "view": _("view"),
        "pixels": _("text in the picture"),
        "patient_id": _("patient ID (not shown here)"),
        "replace": _("takes the place of an earlier image"),
    }
    values = {
        **{str(state): str(state.label) for state in Image.State},
        Pixels.SEEN: _("a person looked, and there is none"),
        Pixels.BLANKED: _("a person blanked it out"),
        "short_axis": _("short axis"),
        "vertical_long_axis": _("vertical long axis"),
        "horizontal_long_axis": _("horizontal long axis"),
        "transaxial": _("transaxial"),
    }
    label = names.get(name, name)
    return _("%(what)s: %(value)s") % {"what": label, "value": values.get(value, value)} if value else label
