"""feature.json: what a program must compute and feed to run a model on a clip."""

from __future__ import annotations

from typing import Any

from ser_core.audio import RUMBLE_HZ, SAMPLE_RATE, VERSION
from ser_core.features import profile, sets

#: What feature.json says of the two inputs.
PROFILE = (
    "mean and deviation in dB of each band over the speaker's frames of speech (at most trim_db below their clip's loudest; values "
    f"more than {profile.RANGE_DB:g} dB below its largest raised to that; deviations of at least {profile.LEAST_DEVIATION_DB:g} dB); "
    f"profile_weight is s / (s + {profile.HALF_WEIGHT_S:g}) for s seconds of it; without a profile both are 0"
)
#: What it says is done to a sound before its features.
SOUND = f"offset and rumble taken out: a Butterworth high-pass of order 2 at {RUMBLE_HZ:g} Hz, forwards and backwards"


def through_the_door() -> dict[str, Any]:
    """Return what feature.json says of the door for sound: its version, and what it does."""
    return {"audio_version": VERSION, "sound": SOUND}


def feature_json(
    features: sets.FeatureSet, labels: tuple[str, ...], threshold: float, with_profile: bool = False
) -> dict[str, Any]:
    """Return feature.json: what a program must compute and feed to run model.onnx on a clip.

    with_profile: the graph takes a voice profile too. audio_version: what was done to the sound before its features (`audio.VERSION`).
    """
    inputs: list[dict[str, Any]] = [
        {
            "name": one.name,
            "shape": list(one.shape),
            "dtype": "float32",
            "source": one.source.to_dict(),
            "frames": one.frames,
            "hop": one.hop,
            "piece": one.piece,
            "beyond": one.beyond,
        }
        for one in features.inputs
    ]
    if not features.is_vector:
        inputs.append({"name": "n_frames", "shape": [], "dtype": "int32", "source": None})
    first = features.inputs[0]
    stated = {}
    if with_profile:
        inputs.append({"name": "profile", "shape": [2, first.source.dims], "dtype": "float32", "source": None})
        inputs.append({"name": "profile_weight", "shape": [], "dtype": "float32", "source": None})
        stated["profile"] = PROFILE
    return {
        "sample_rate": SAMPLE_RATE,
        **through_the_door(),
        "feature_set": features.name,
        "inputs": inputs,
        "window_s": first.frames * first.source.hop_s,
        "hop_s": first.hop * first.source.hop_s,
        "long": "what is longer than `beyond` frames is cut into pieces of `piece` frames, half overlapping (piece 0: never)",
        "pad": "zeros after the last frame; n_frames says how many frames are not padding",
        "pooling": "mean of the windows' probabilities",
        "labels": list(labels),
        "threshold": threshold,
        **stated,
    }
