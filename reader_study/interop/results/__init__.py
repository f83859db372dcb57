"""Scores of a locked study in the words of other systems: DICOM SR and FHIR. Functions of the lock and of headers."""
