"""All that one patient's scanners give, a few voxels each: files do not depend on what is to be seen in them."""

import numpy as np

from inference.cohort.command import Member
from inference.cohort.scans import Scans
from inference.dicom.projections import Projections
from inference.physics.patient import STATES
from inference.physics.ventricle import true_segments
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import lopsided


def tiny_scans(one: Member) -> Scans:
    small = lopsided((4, 5, 6))
    lying = Volume(small.voxels * 5e-7, np.diag([6.4, 6.4, 6.4, 1.0]), Kind.TRANSAXIAL)
    views = np.random.default_rng(1).poisson(9, (6, 5, 4)).astype(np.float32)
    angles = tuple(-45.0 + 30 * view for view in range(6))
    projections = Projections(views, angles, 240.0, 6.4, 6.4, (0.0, 0.0, 0.0), scatter=views)
    return Scans(
        patient=one.patient,
        images={kind: dict.fromkeys(STATES, small) for kind in ("spect", "pet", "chang", "ctac", "ideal")},
        projections=dict.fromkeys(STATES, projections),
        attenuation=dict.fromkeys(STATES, lying),
        true_segments={state: true_segments(one.patient, state) for state in STATES},
        gated=dict.fromkeys(STATES, (small,) * 8),
    )
