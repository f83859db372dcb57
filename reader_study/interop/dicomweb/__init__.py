"""DICOMweb for those who may know what an image is: PS3.18, search (QIDO-RS) and retrieve (WADO-RS)."""
