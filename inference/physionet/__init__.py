"""The open PhysioNet set myocardial-perfusion-spect, for those who can download it."""
