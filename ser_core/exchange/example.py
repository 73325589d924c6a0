"""The example that goes with a model: how to run it with ONNX Runtime alone."""

from __future__ import annotations

from ser_core.runs import Run

_LOG_MEL = '''\
"""Emotion of a sound file. Needs onnxruntime, numpy and librosa only: python example.py FILE"""
import json, sys
from pathlib import Path
import librosa, numpy as np, onnxruntime, scipy.signal

here = Path(__file__).parent
feature = json.loads((here / "feature.json").read_text())
one = feature["inputs"][0]
source, s = one["source"], one["source"]["spec"]
y, _ = librosa.load(sys.argv[1], sr=s["sample_rate"])
rumble = scipy.signal.butter(2, 20, "highpass", fs=s["sample_rate"], output="sos")  # and offset: both are taken out
y = scipy.signal.sosfiltfilt(rumble, y, padlen=min(s["sample_rate"] // 10, len(y) - 1)).astype(np.float32)
mel = librosa.feature.melspectrogram(y=y, sr=s["sample_rate"], n_fft=s["n_fft"], win_length=s["win_length"], pad_mode="constant",
                                     hop_length=s["hop_length"], n_mels=s["n_mels"], fmin=s["fmin"], fmax=s["fmax"])
db = 10 * np.log10(np.maximum(mel.T, s["floor"]))  # frames x bands
loud = np.flatnonzero((level := 10 * np.log10((10 ** (db / 10)).sum(axis=1))) >= level.max() - source["trim_db"])
margin = round(source["margin_s"] * s["sample_rate"] / s["hop_length"])
db = db[max(0, loud[0] - margin) : loud[-1] + 1 + margin]  # without the silence at both ends
size, n = one["frames"], len(db)
long = one.get("piece") and n > one["beyond"]  # what is long is cut into pieces
piece, hop = (one["piece"], one["piece"] // 2) if long else (min(n, size), one["hop"])
starts = [*range(0, n - piece, hop), n - piece]
windows = np.stack([np.pad(db[k : k + piece], ((0, size - piece), (0, 0))) for k in starts]).astype(np.float32)
feeds = {one["name"]: windows, "n_frames": np.full(len(starts), piece, np.int32)}
for other in feature["inputs"][2:]:  # a voice profile: zeros for none
    feeds[other["name"]] = np.zeros((len(starts), *other["shape"]), other["dtype"])
p = onnxruntime.InferenceSession(str(here / "model.onnx")).run(["probabilities"], feeds)[0].mean(axis=0)
print(json.dumps(dict(zip(feature["labels"], (p / p.sum()).tolist()))))
'''

_OTHER = '''\
"""Emotion of a sound file, in two steps: its features as feature.json states them, by the program that trained the model,

    python -m ser_core features FILE --model MODEL --out features.npz

and what the model says of them, with onnxruntime and numpy alone: python example.py features.npz
"""
import json, sys
from pathlib import Path
import numpy as np, onnxruntime

here = Path(__file__).parent
feature = json.loads((here / "feature.json").read_text())
one = feature["inputs"][0]
x = np.load(sys.argv[1])[one["name"]]  # one row of values for a vector; frames x values else
feeds = {one["name"]: x}
if one["frames"]:
    size, n = one["frames"], len(x)
    long = one.get("piece") and n > one["beyond"]  # what is long is cut into pieces
    piece, hop = (one["piece"], one["piece"] // 2) if long else (min(n, size), one["hop"])
    starts = [*range(0, n - piece, hop), n - piece]
    windows = [np.pad(x[k : k + piece], ((0, size - piece), (0, 0))) for k in starts]
    feeds = {one["name"]: np.stack(windows), "n_frames": np.full(len(starts), piece, np.int32)}
p = onnxruntime.InferenceSession(str(here / "model.onnx")).run(["probabilities"], feeds)[0].mean(axis=0)
print(json.dumps(dict(zip(feature["labels"], (p / p.sum()).tolist()))))
'''


def text(run: Run) -> str:
    """Return example.py for the run's model: from a sound file where it is fed with log-mel frames, else from its features."""
    kinds = [given.source.kind for given in run.contract.inputs]
    return _LOG_MEL if kinds == ["logmel"] else _OTHER.replace("MODEL", run.name)
