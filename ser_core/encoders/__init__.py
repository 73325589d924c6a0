"""Pretrained encoders as files: which there are, how they are made of published weights, and the sessions that run them."""

from ser_core.encoders.encoder import Encoder, EncoderError, find, installed, read

__all__ = ["Encoder", "EncoderError", "find", "installed", "read"]
