"""How far SPECT and virtual PET are from PET and from the simulated truth."""
