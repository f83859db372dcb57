"""Image science of the reading study: volumes, DICOM, heart, physics, translation. Knows no Django."""
