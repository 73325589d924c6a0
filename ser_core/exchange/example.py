"""The example that goes with a model: how to run it with ONNX Runtime alone."""

from __future__ import annotations

import re

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

_ENCODER = '''\
"""Emotion of a sound file. Needs onnxruntime, numpy and librosa only: python example.py FILE [encoder.onnx]

Where joined.onnx lies beside, it is all that is needed. Else the encoder is: the file whose SHA-256 begins with SHA256, as
`python -m ser_core encoders make ENCODER` writes it, beside this one or named as the second argument.
"""
import hashlib, json, sys
from pathlib import Path
import librosa, numpy as np, onnxruntime, scipy.signal

here = Path(__file__).parent
feature = json.loads((here / "feature.json").read_text())
one = feature["inputs"][0]
source, rate = one["source"], feature["sample_rate"]
y, _ = librosa.load(sys.argv[1], sr=rate)
rumble = scipy.signal.butter(2, 20, "highpass", fs=rate, output="sos")  # and offset: both are taken out
y = scipy.signal.sosfiltfilt(rumble, y, padlen=min(rate // 10, len(y) - 1)).astype(np.float32)
level = lambda s: (s * (0.05 / (np.sqrt(np.mean(np.square(s, dtype=np.float64))) or 1.0))).astype(np.float32)
y = level(y)  # how loud it is says nothing
padded = np.pad(y - y.mean(dtype=np.float64).astype(np.float32), (0, max(512 - len(y), -(len(y) - 512) % 160)))
frames = np.lib.stride_tricks.sliding_window_view(padded, 512)[::160]
db = 10 * np.log10(np.maximum((frames**2).mean(axis=1), 1e-20))
loud = np.flatnonzero(db > max(db.max() - 35, -70))
y = level(y[loud[0] * 160 : loud[-1] * 160 + 512]) if len(loud) else y  # without the silence at both ends
power = np.abs(librosa.stft(np.pad(y, (0, max(0, 400 - len(y)))), n_fft=400, hop_length=160, pad_mode="reflect")[:, :-1]) ** 2
mel = np.log10(np.maximum(librosa.filters.mel(sr=rate, n_fft=400, n_mels=80) @ power, 1e-10))
mel = ((np.maximum(mel, mel.max() - 8) + 4) / 4).T.astype(np.float32)  # Whisper's log-mel: frames x bands
mel = np.pad(mel, ((0, len(mel) % 2), (0, 0)), mode="edge")
assert len(mel) <= 1000, "This example hears up to 10 s; the program cuts longer speech into pieces."
zeros = {other["name"]: np.zeros((1, *other["shape"]), other["dtype"]) for other in feature["inputs"][1:]}  # no voice profile
open_ = lambda path: onnxruntime.InferenceSession(str(path))
if (here / "joined.onnx").is_file():
    p = open_(here / "joined.onnx").run(["probabilities"], {"logmel": mel[None], **zeros})[0][0]
else:
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else here / "encoder.onnx"
    assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(source["sha256_16"]), f"{path} is another encoder"
    states = open_(path).run([f"block{k}" for k in source["blocks"]], {"logmel": mel[None]})
    x = np.concatenate([block[0] for block in states], axis=1)
    pools = [np.percentile(x, int(name[1:]), axis=0) if name[0] == "p" else getattr(x, name)(axis=0) for name in source["pools"]]
    vector = np.concatenate(pools)[None].astype(np.float32)
    p = open_(here / "model.onnx").run(["probabilities"], {one["name"]: vector, **zeros})[0][0]
print(json.dumps(dict(zip(feature["labels"], (p / p.sum()).tolist()))))
'''

_FUNCTIONALS = '''\
"""Emotion of a sound file. Needs onnxruntime, numpy, librosa and opensmile VERSION: python example.py FILE

openSMILE computes its features. TERMS
"""
import json, sys
from pathlib import Path
import librosa, numpy as np, onnxruntime, opensmile, scipy.signal

here = Path(__file__).parent
feature = json.loads((here / "feature.json").read_text())
one = feature["inputs"][0]
source, rate = one["source"], feature["sample_rate"]
assert opensmile.__version__ == source["version"], f"It was trained on the numbers of openSMILE {source['version']}."
y, _ = librosa.load(sys.argv[1], sr=rate)
rumble = scipy.signal.butter(2, 20, "highpass", fs=rate, output="sos")  # and offset: both are taken out
y = scipy.signal.sosfiltfilt(rumble, y, padlen=min(rate // 10, len(y) - 1))
y = np.clip(y, -1, 1 - 2**-15).astype(np.float32)  # openSMILE takes 16 bits and lets what is louder wrap around
y = np.pad(y, (0, max(0, rate // 10 - len(y))))
smile = opensmile.Smile(opensmile.FeatureSet[source["feature_set"]], opensmile.FeatureLevel.Functionals)
x = smile(y, rate).reshape(1, -1).astype(np.float32)
zeros = {other["name"]: np.zeros((1, *other["shape"]), other["dtype"]) for other in feature["inputs"][1:]}  # no voice profile
p = onnxruntime.InferenceSession(str(here / "model.onnx")).run(["probabilities"], {one["name"]: x, **zeros})[0][0]
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
    """Return example.py for the run's model: from a sound file where it is fed with log-mel frames, the vector of an encoder or all of
    openSMILE's functionals, else from its features.
    """
    kinds = [given.source.kind for given in run.contract.inputs]
    first = run.contract.inputs[0].source
    stated = first.to_dict()
    if kinds == ["opensmile"] and not stated["names"]:
        return _FUNCTIONALS.replace("VERSION", _word(stated["version"])).replace("TERMS", first.terms)
    if kinds == ["encoder"] and run.contract.inputs[0].is_vector:
        return _ENCODER.replace("SHA256", _word(stated["sha256_16"])).replace("ENCODER", _word(stated["encoder"]))
    return _LOG_MEL if kinds == ["logmel"] else _OTHER.replace("MODEL", _word(run.name))


def _word(stated: str) -> str:
    """A name out of a run that a stranger may have made: what ended the text that it stands in would be code."""
    return re.sub(r"[^\w.-]+", "-", stated)
