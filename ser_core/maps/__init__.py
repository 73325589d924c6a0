"""Clips as points: a vector a clip, two dimensions of it to draw, and which clips lie nearest to one."""

from ser_core.maps.growing import Growing
from ser_core.maps.projection import METHODS, MapError, Projection, project
from ser_core.maps.similar import nearest
from ser_core.maps.spaces import FEATURE_SETS, FeatureSpace, ModelSpace, Space, Vectors, sampled

__all__ = [
    "FEATURE_SETS",
    "METHODS",
    "FeatureSpace",
    "Growing",
    "MapError",
    "ModelSpace",
    "Projection",
    "Space",
    "Vectors",
    "nearest",
    "project",
    "sampled",
]
