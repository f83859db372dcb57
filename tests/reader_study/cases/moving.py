"""Files of what moves: a gated SPECT and the camera's views, as hospitals send them with an image."""

import numpy as np
from scipy.ndimage import gaussian_filter

from inference.dicom.gated import gated_dataset
from inference.dicom.projections import Projections, projections_dataset
from inference.dicom.write import to_bytes
from inference.volume import Volume
from tests.reader_study.intake.files import Secrets, header, heart


def gated_file(
    seed: int = 1, *, state: str = "stress", frames: int = 8, of: Volume | None = None, series: str = ""
) -> bytes:
    """The heart of `files.heart`, brighter in the middle of the beat."""
    whole = of or heart(seed)
    secrets = Secrets(seed)
    brightness = 1 + 0.2 * np.sin(np.pi * np.arange(frames) / frames)
    beat = [
        Volume(gaussian_filter(whole.voxels, 0.6) * share / frames, whole.affine, whole.kind)
        for share in brightness
    ]
    given = header(secrets, SeriesInstanceUID=secrets.uid(f"gated series {state} {series}"))
    return to_bytes(gated_dataset(beat, header=given, state=state, beat_ms=850))


def views_file(seed: int = 1, *, state: str = "stress", views: int = 60, matrix: int = 64) -> bytes:
    counts = np.random.default_rng(seed).poisson(20, (views, matrix, 36 * matrix // 64)).astype(np.float32)
    secrets = Secrets(seed)
    given = header(secrets, SeriesInstanceUID=secrets.uid(f"views series {state} {views}"))
    taken = Projections(
        counts=counts,
        angles_deg=tuple(-45.0 + 180 * view / views for view in range(views)),
        radius_mm=235.0,
        bin_mm=409.6 / matrix,
        slice_mm=409.6 / matrix,
        centre_mm=(0.0, 0.0, 0.0),
    )
    return to_bytes(projections_dataset(taken, header=given, state=state or None, seconds_per_view=25))
