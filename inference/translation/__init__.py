"""Virtual PET from SPECT: network, training, model bundles, prediction."""
