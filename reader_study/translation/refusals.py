"""The model's own sentences on an image that it refuses, in the language of whoever reads them."""

import re
from collections.abc import Mapping
from string import Formatter

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inference.correct.method import NOT_A_FULL_TURN, NOT_SQUARE
from inference.translation import refusals as said

_WORDS: Mapping[str, Promise] = {
    said.MADE_BY_AI: _(
        "This image was made by a neural network; give the SPECT image that it was made from."
    ),
    said.NOT_NM: _("This is not a nuclear medicine (NM) image; give the SPECT volume as one NM file."),
    said.GATED: _("This image is gated; give the ungated reconstruction of the same study."),
    said.TRANSMISSION: _("This is a map of tissue and not of activity; give the emission image."),
    said.NOT_RECONSTRUCTED: _(
        "This NM image is not a reconstructed volume; give the volume that was reconstructed from it."
    ),
    said.CORRECTED: _(
        "This image is already corrected for attenuation; give the uncorrected reconstruction of the same study."
    ),
    said.NOT_FINITE: _(
        "The image holds values that are not numbers; export it again from where it was made."
    ),
    said.TRANSAXIAL: _("This image is transaxial; give the short-axis image that was reoriented from it."),
    said.NOT_TRANSAXIAL: _(
        "This image is not transaxial; give the volume as it was reconstructed, before any reorientation."
    ),
    said.WRONG_BODY_PART: _(
        "This is an image of {found}; this model was made for the {organ}: give an image of the {organ}."
    ),
    said.SPACING: _(
        "The voxels measure {found} mm; this model takes {least} to {most} mm in each direction: give the image as it "
        "was reconstructed."
    ),
    said.NO_VENTRICLE: _("{reason}; give a short-axis image that holds the whole left ventricle."),
    NOT_SQUARE: _("Chang's correction needs square slices of square voxels."),
    NOT_A_FULL_TURN: _("Chang's factors are for views over 360 degrees; this image is from {found}."),
}


def in_words(sentence: str) -> str:
    """The sentence in the current language; as the model said it where it is not known here."""
    for template, words in _WORDS.items():
        found = re.fullmatch(_pattern(template), sentence)
        if found is not None:
            return str(words).format(**found.groupdict())
    return sentence


def _pattern(template: str) -> str:
    """A pattern for what a template becomes when it is filled; a name that comes again stands for the same."""
    seen: set[str] = set()
    pattern = ""
    for text, name, _spec, _conversion in Formatter().parse(template):
        pattern += re.escape(text)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+)"
            seen.add(name)
    return pattern
