"""Why a file was not taken: a stable code for programs, one sentence for the person who sent it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class NotTaken(Exception):
    """A file is not taken into the study. Never carries a value of the file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(NotTaken):
    """It cannot be used, and nothing of it is kept."""


class Quarantined(NotTaken):
    """It might be used, but something in it needs a person's decision: kept apart until then."""


SENTENCES: Mapping[str, Promise] = {
    # the file itself
    "empty": _("The file is empty."),
    "not_dicom": _("This is not a DICOM file."),
    "no_part10": _("The DICOM file has no Part 10 header. Export it again as DICOM Part 10."),
    "transfer_syntax": _("The file is not encoded as its header says. Export it again without conversion."),
    "unsupported_syntax": _("The transfer syntax is not supported. Export it as little endian, uncompressed."),
    "bad_length": _("The structure of the file is damaged: a length in it is wrong."),
    "truncated": _("The file ends too early. Send it again."),
    "too_many": _("The file holds more elements or longer texts than any real image does."),
    "too_deep": _("The file is nested deeper than any real image is."),
    "bad_order": _("The structure of the file is damaged: its elements are out of order."),
    "trailing_bytes": _("There are foreign bytes behind the image."),
    "bomb": _("The compressed header expands beyond any real size."),
    "dimensions": _("The image is larger than this study accepts."),
    "bad_value": _("A value that describes the image is impossible."),
    "unreadable": _("The header of the file cannot be understood."),
    "missing_attribute": _("The file lacks an identifier or a size that every image must have."),
    "second_nature": _("The file begins as a program or an archive does; only a plain DICOM file is taken."),
    "dicomdir": _("This is the directory of a disc (DICOMDIR), not an image."),
    "bad_offsets": _("The table of frames in the file does not fit its frames."),
    "bad_codestream": _("The compressed image is damaged, or is not compressed as the header says."),
    "dimensions_differ": _("The compressed image has another size than the header says."),
    "too_costly": _("Reading the file takes more time or memory than any real image does."),
    # what it shows
    "sop_class": _("Only NM, PT and CT images are used; this file is of another kind, such as a report."),
    "not_in_protocol": _("The protocol of this study does not use images of this kind."),
    "other_organ": _("The file says that it shows another organ than the one that this study reads."),
    "synthetic": _("The file says that it is a synthetic image; it cannot stand for an acquired one."),
    "modality_lut": _("The values of the image are explained by a table (Modality LUT), which is not supported. "
                      "Export it with a rescale slope."),
    "not_reconstructed": _("This NM file is not a reconstructed volume (RECON TOMO)."),
    "not_short_axis": _("This is a long-axis series; the short-axis series is needed."),
    "not_static": _("Only static PET images are used in this study."),
    "colour": _("The image is in colour, as screen captures are; it is kept apart."),
    "secondary": _("The image is marked as secondary, as screen captures are; it is kept apart."),
    "burned_in": _("Text may be burned into the image; it is kept apart."),
    "overlay": _("The image carries an overlay, which may hold text; it is kept apart."),
    "contradiction": _("The header contradicts itself about what kind of image this is; it is kept apart."),
    "charset": _("The file names an unknown character set, so its texts cannot be read; it is kept apart."),
    "eight_bit": _("The image has only 8 bits a pixel, as screen captures have; it is kept apart."),
    "localizer": _("This CT image is a localizer, not a slice; it is kept apart."),
    "head_ct": _("This CT shows the head, from which a face can be rebuilt; it is kept apart."),
    # who and when
    "no_patient_id": _("The file has no patient ID, so it belongs to no subject; it is kept apart."),
    "state_unknown": _("The file does not say whether it shows stress or rest; it is kept apart."),
    "correction_unknown": _("The image is corrected for attenuation, and the file does not say whether by Chang's "
                            "method or by CT; it is kept apart."),
    "patient_mixed": _("Files of one examination carry different patient IDs; this one is kept apart."),
    "second_series": _("The subject already has an image for this place; this one is kept apart."),
    "conflicting_copy": _("Another file with the same DICOM UID but other content was taken before; "
                          "this one is kept apart."),
    "seal_broken": _("The file names a pseudonym of this site, but was changed after its de-identification; "
                     "it is kept apart. Send the original."),
    "left_over": _("A value that had to be removed was found again in the result; the file is kept apart."),
    "study_locked": _("The study was locked before the file could be processed."),
    "discarded": _("The file was kept apart, and the site discarded it."),
    "expired": _("The file was kept apart, and nobody decided in time; it was destroyed."),
    # archives and files on a disc
    "no_access": _("The file cannot be opened."),
    "not_a_file": _("This is neither a file nor a folder."),
    "zip_damaged": _("The zip archive is damaged. Make it again."),
    "zip_encrypted": _("The zip archive is encrypted. Make it again without a password."),
    "zip_method": _("The zip archive is packed in an unusual way. Make it again with the usual compression."),
    "zip_names": _("A name in the zip archive points out of it, or is none."),
    "zip_special": _("The zip archive holds a link or a device, not only files."),
    "zip_nested": _("An archive inside an archive is not opened. Unpack it first."),
    "zip_overlap": _("Files in the zip archive lie over one another."),
    "zip_bomb": _("The zip archive expands beyond any real size."),
    "zip_too_many": _("The zip archive holds more files than one upload may have."),
    # the upload
    "duplicate": _("This file was taken before; nothing changed."),
    "prepared_again": _("This file was taken before; its image, which had failed, is prepared again."),
    "too_large": _("The file is larger than this study accepts."),
    "other_examination": _("The file belongs to another examination than the address of the request."),
    "not_received": _("The file never arrived. Send it again."),
    "damaged_in_staging": _("The file was lost or damaged before it was processed. Send it again."),
}  # fmt: skip


_ONLY = _("No answer can make this file usable: it can only be looked at and thrown away. %(instead)s")
# What to do instead with a file that is kept apart, and that nothing a person can say makes usable.
_INSTEAD: Mapping[str, Promise] = {
    "left_over": _("Ask who runs the study: the procedure has to learn where such files hold the value."),
    "charset": _("Export it again with a character set of the standard, such as ISO_IR 100 or ISO_IR 192."),
    "contradiction": _("Export it again from the system that made it, without conversion."),
    "localizer": _("Send the slices only; nothing is missing without it."),
    "head_ct": _("Send the CT of the chest only; one of the head is never taken."),
    "seal_broken": _("Send the original file, as it was before the de-identification."),
    "conflicting_copy": _("If it is another image, export it again under a DICOM UID of its own; "
                          "if it is the same one, nothing is missing."),
    "correction_unknown": _("Export it again with the method in its series description: Chang or CTAC."),
    "overlay": _("Export it again without overlays and annotations."),
    "colour": _("Export the original image in grey values, not a capture of the screen."),
    "eight_bit": _("Export the original image with all its bits, not a capture of the screen."),
}  # fmt: skip


# They lie in every export, and nobody misses them.
NO_IMAGE = frozenset({"not_dicom", "dicomdir", "empty", "not_a_file"})


# Of what is kept apart on the server, the part of its sentence that is true on a machine which keeps it back itself.
_HERE: Mapping[str, Promise] = {
    "colour": _("The image is in colour, as screen captures are."),
    "secondary": _("The image is marked as secondary, as screen captures are."),
    "burned_in": _("Text may be burned into the image."),
    "overlay": _("The image carries an overlay, which may hold text."),
    "contradiction": _("The header contradicts itself about what kind of image this is."),
    "charset": _("The file names an unknown character set, so its texts cannot be read."),
    "eight_bit": _("The image has only 8 bits a pixel, as screen captures have."),
    "localizer": _("This CT image is a localizer, not a slice."),
    "head_ct": _("This CT shows the head, from which a face can be rebuilt."),
    "no_patient_id": _("The file has no patient ID, so it belongs to no subject."),
    "seal_broken": _("The file names a pseudonym of this site, but was changed after its de-identification."),
    "left_over": _("A value that had to be removed was found again in the result."),
}  # fmt: skip
_STAYS = _("%(what)s It stays on this machine. %(next)s")
_BY_A_PERSON = _("Send it with the browser, where a person decides.")


def sentence_here(code: str) -> str:
    """The sentence of a code where the file never left the machine, with what to do next."""
    if code not in _HERE:
        return sentence(code)
    return _STAYS % {"what": _HERE[code], "next": _INSTEAD.get(code, _BY_A_PERSON)}


def sentence(code: str) -> str:
    """The sentence of a code in the reader's language; empty for no code, a code of former days as it is."""
    return str(SENTENCES.get(code, code))


def instead(code: str) -> str:
    """That no answer helps a file that is kept apart, and what to do; empty where an answer may help."""
    if code not in _INSTEAD:
        return ""
    return _ONLY % {"instead": _INSTEAD[code]}
