"""Runs to and from the Hugging Face Hub, and encoders from it, by its own client; HF_ENDPOINT names another server that speaks its language."""

from ser_core.exchange.hub.fetching import fetch
from ser_core.exchange.hub.pulling import pull
from ser_core.exchange.hub.pushing import push

__all__ = ["fetch", "pull", "push"]
