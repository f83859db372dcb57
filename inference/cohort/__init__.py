"""Simulated patients as hospitals would send them: DICOM files full of identifiers, and the truth apart from them."""
