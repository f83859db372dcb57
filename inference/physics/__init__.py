"""Digital torso, photon physics, reconstruction: what turns a known heart into SPECT and PET images.

Patient frame: LPS in mm, origin in the middle of the field of view. Volumes are [z, y, x] (+z superior,
+y posterior, +x left); attenuation is in 1/mm everywhere, never in 1/cm.
"""
