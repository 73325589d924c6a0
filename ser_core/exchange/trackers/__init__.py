"""Runs as a lab's own tracker keeps them: MLflow, TensorBoard, Weights & Biases. One adapter each, loaded when it is asked for."""

from ser_core.exchange.trackers.finished import log
from ser_core.exchange.trackers.following import Follower
from ser_core.exchange.trackers.opening import LIVE, NAMES, needed, opened

__all__ = ["LIVE", "NAMES", "Follower", "log", "needed", "opened"]
