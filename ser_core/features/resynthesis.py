"""Sound from features: what can still be heard of a clip when only its mel-spectrogram or its MFCCs are left.

The inverses are librosa's. Mel bands are spread over the bins of a spectrum by non-negative least squares; phases,
which no representation keeps, are guessed by Griffin & Lim's iterations (1984, IEEE TASSP 32:236-243) in the fast form
of Perraudin, Balazs & Søndergaard (2013).
"""

from __future__ import annotations

import librosa
import numpy as np

from ser_core.features import logmel, spectral

#: More iterations change little that the ear notices.
ITERATIONS = 32


def from_logmel(
    picture: np.ndarray, spec: logmel.LogMelSpec = logmel.LogMelSpec(), iterations: int = ITERATIONS
) -> np.ndarray:
    """Return mono samples at `spec.sample_rate` whose log-mel spectrogram resembles `picture` (frames × bands, dB)."""
    magnitude = librosa.feature.inverse.mel_to_stft(
        librosa.db_to_power(picture.T),
        sr=spec.sample_rate,
        n_fft=spec.n_fft,
        power=2.0,
        fmin=spec.fmin,
        fmax=spec.fmax,
    )
    return _with_phases(magnitude, spec.n_fft, spec.win_length, spec.hop_length, iterations)


def from_mfcc(
    coefficients: np.ndarray, spec: spectral.SpectralSpec = spectral.SpectralSpec(), iterations: int = ITERATIONS
) -> np.ndarray:
    """Return mono samples at `spec.sample_rate` whose first MFCCs resemble `coefficients` (rows × frames, dB).

    The coefficients that are missing up to `spec.n_mels` count as 0: what they told is lost.
    """
    magnitude = librosa.feature.inverse.mel_to_stft(
        librosa.feature.inverse.mfcc_to_mel(coefficients, n_mels=spec.n_mels),
        sr=spec.sample_rate,
        n_fft=spec.n_fft,
        power=2.0,
    )
    return _with_phases(magnitude, spec.n_fft, spec.win_length, spec.hop_length, iterations)


def _with_phases(magnitude: np.ndarray, n_fft: int, win_length: int, hop_length: int, iterations: int) -> np.ndarray:
    # librosa.feature.inverse.mel_to_audio does the same with random first phases that cannot be seeded.
    samples = librosa.griffinlim(
        magnitude, n_iter=iterations, hop_length=hop_length, win_length=win_length, n_fft=n_fft, random_state=0
    )
    return np.clip(samples, -1.0, 1.0).astype(np.float32)
