"""Simulated patients as hospitals would send them: DICOM full of identifiers, and the truth apart from it."""
