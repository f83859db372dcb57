"""Attenuation correction of hospital files: with a map of the tissue, and with Chang's guess of it."""
