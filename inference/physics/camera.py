"""What one gamma camera does to every study it makes: orbit, collimator, sensitivity, and the filter its users like."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Camera:
    """A parallel-hole collimator on a circular orbit.

    radius_mm: axis of rotation to collimator face. hole_mm, hole_length_mm, intrinsic_mm: what its resolution follows
    from. sensitivity: counts relative to the cohort's usual ones. post_filter_mm: FWHM of the Gaussian that smooths
    the uncorrected reconstruction. The default is a low-energy high-resolution collimator, 7.2 mm at 10 cm.
    """

    radius_mm: float = 240.0
    hole_mm: float = 1.5
    hole_length_mm: float = 32.8
    intrinsic_mm: float = 3.8
    sensitivity: float = 1.0
    post_filter_mm: float = 9.0

    def fwhm_mm(self, distance_mm: Tensor) -> Tensor:
        """Resolution at a distance from the collimator face: geometric and intrinsic in quadrature."""
        geometric = self.hole_mm * (self.hole_length_mm + distance_mm.clamp_min(0)) / self.hole_length_mm
        return torch.sqrt(geometric**2 + self.intrinsic_mm**2)


STANDARD = Camera()
