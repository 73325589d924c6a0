"""Figures show what they are given: rows on one time axis, frequencies where they belong, silence dark."""

import numpy as np
import pytest

from ser_core import figures

RATE, HOP_S = 16000, 0.0125
WAVE = np.sin(np.arange(RATE) / 20).astype(np.float32)
MEL_HZ = np.linspace(60, 7800, 64)


def mel(frames: int = 80) -> np.ndarray:
    return np.linspace(-90, 10, frames * 64, dtype=np.float32).reshape(frames, 64)


def test_all_rows_of_a_stack_share_one_time_axis() -> None:
    rows = [
        figures.Wave(WAVE, RATE),
        figures.mel_picture(mel(), MEL_HZ, HOP_S),
        figures.Course("Energy", np.arange(60.0), 0.016, "amplitude"),
    ]
    found = figures.stacked(rows, start_s=60.0, region=(60.2, 60.5))
    assert {axis.range for axis in found.select_xaxes()} == {(60.0, 61.0)}
    assert [axis.matches for axis in found.select_xaxes()] == ["x3", "x3", None]
    assert all(min(trace.x) == 60.0 for trace in found.data)
    assert [(shape.x0, shape.x1) for shape in found.layout.shapes] == [(60.2, 60.5)] * 3
    assert [note.text for note in found.layout.annotations] == ["Waveform", "Mel-spectrogram", "Energy"]


def test_rows_keep_their_heights() -> None:
    found = figures.stacked(
        [figures.Wave(WAVE, RATE, height=100), figures.mel_picture(mel(), MEL_HZ, HOP_S, height=200)]
    )
    upper, lower = (np.ptp(axis.domain) for axis in found.select_yaxes())
    assert lower == pytest.approx(2 * upper)


def test_a_mel_picture_is_in_decibels_below_its_maximum_and_names_frequencies() -> None:
    picture = figures.mel_picture(mel(), MEL_HZ, HOP_S)
    assert picture.values.shape == (64, 80)
    assert (picture.values.max(), picture.values.min()) == (0, -80)
    assert figures.mel_picture(mel(), MEL_HZ, HOP_S, loudest_db=30.0).values.max() == -20
    assert picture.ticks[-1] == (63.5, "8000")
    for place, text in picture.ticks[:-1]:
        assert np.interp(place, np.arange(64), MEL_HZ) == pytest.approx(float(text))


def test_a_mask_dims_what_it_does_not_keep() -> None:
    mask = np.zeros((80, 64))
    mask[:, 32:] = 1
    shown = figures.mel_picture(mel(), MEL_HZ, HOP_S, mask=mask).values
    assert (shown[:32] == -80).all()
    np.testing.assert_array_equal(shown[32:], figures.mel_picture(mel(), MEL_HZ, HOP_S).values[32:])


def test_digital_silence_is_dark() -> None:
    assert (figures.mel_picture(np.full((10, 64), -100.0, np.float32), MEL_HZ, HOP_S).values == -80).all()


def test_rows_of_different_size_are_seen_alike_and_told_as_they_are() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(3, 200)) * [[100.0], [1.0], [0.0]] + [[-500.0], [3.0], [7.0]]
    picture = figures.scaled_picture("MFCC", values, 0.016, labels=["0", "1", "2"], y_title="coefficient", unit="dB")
    np.testing.assert_allclose(picture.values[:2].std(axis=1), 1.0, atol=1e-4)
    assert np.abs(picture.values[2]).max() < 1e-3
    np.testing.assert_allclose(picture.told, values, rtol=1e-6)


def test_a_minute_at_a_fine_hop_is_thinned_before_it_is_sent() -> None:
    found = figures.stacked([figures.mel_picture(mel(24000), MEL_HZ, 0.0025)])
    heat = found.data[0]
    assert heat.z.shape[1] == len(heat.x) == 4800
    assert np.diff(heat.x) == pytest.approx(0.0125)


def test_modulation_picture_shows_per_cent_and_frames_a_band() -> None:
    energy = np.zeros((19, 5))
    energy[10, 1] = 0.6
    found = figures.modulation_picture(energy, np.geomspace(125, 3500, 19), np.array([4, 8, 16, 32, 64]), band=10)
    assert found.data[0].z[10, 1] == pytest.approx(60.0)
    assert found.data[0].zmax == pytest.approx(60.0)
    assert found.layout.xaxis.ticktext == ("4", "8", "16", "32", "64")
    assert (found.layout.shapes[0].y0, found.layout.shapes[0].y1) == (9.5, 10.5)


def test_a_silent_clip_has_a_modulation_picture_too() -> None:
    found = figures.modulation_picture(np.zeros((19, 5)), np.geomspace(125, 3500, 19), np.array([4, 8, 16, 32, 64]))
    assert found.data[0].zmax == 1.0


def test_no_colour_is_one_that_streamlit_repaints() -> None:
    """Streamlit's Plotly theme takes #000001 to #000010 and neighbours for its own placeholders."""
    assert not [one for one in figures.PICTURE_MAP if one.lower().startswith("#0000")]
