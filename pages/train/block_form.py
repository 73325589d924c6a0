"""The form of a network of blocks: what can be asked is what can be built."""

from __future__ import annotations

import dataclasses
from typing import Any

import streamlit as st

from ser_core.recipes.architecture import MOST_BLOCKS, Architecture, Block

FILTERS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
KERNELS = (1, 3, 5, 7, 9, 11, 15, 21, 31)
SMALL = (1, 2, 3, 4, 6, 8)
UNITS = (0, 16, 24, 32, 48, 64, 96, 128)
DENSE = (0, 16, 32, 64, 128, 256)
NORMALISED = {"batch": "batch", "layer": "layer", "none": "none"}
JOINED = {"all": "attention, mean, maximum", "attention": "attention", "mean": "mean", "max": "maximum"}


def show(begun: Architecture, width: int, frames: int, key: str) -> Architecture:
    """Draw the form with the network to begin with, and return what it states. key: another one begins with its own values."""
    one, two, three = st.columns(3, vertical_alignment="bottom")
    dims: Any = one.segmented_control(
        "Convolutions over",
        [1, 2],
        default=begun.dims,
        required=True,
        format_func=lambda n: "time (1D)" if n == 1 else "time and bands (2D)",
        key=f"built-dims-{key}",
    )
    number = two.number_input("Blocks", 1, MOST_BLOCKS, len(begun.blocks), key=f"built-blocks-{key}")
    pooling: Any = three.selectbox(
        "Over time",
        list(JOINED),
        list(JOINED).index(begun.pooling),
        format_func=lambda name: JOINED[name],
        key=f"built-pooling-{key}",
        help="What stands for all steps of a clip. Those that are padding count nowhere.",
    )
    left = (frames, width if dims == 2 else 10_000)
    blocks = []
    for place in range(int(number)):
        before = begun.blocks[min(place, len(begun.blocks) - 1)]
        block = _block(before, int(dims or 1), left, place, key)
        left = _left(block, int(dims or 1), left)
        blocks.append(block)
    one, two, three, four = st.columns(4, vertical_alignment="bottom")
    gru = one.selectbox(
        "GRU units", *_offered(UNITS, begun.gru), key=f"built-gru-{key}", help="Both directions; 0: none."
    )
    dense = two.selectbox("Dense units", *_offered(DENSE, begun.dense), key=f"built-dense-{key}", help="0: none.")
    dropout = three.slider("Dropout at the end", 0.0, 0.9, float(begun.dropout), 0.05, key=f"built-dropout-{key}")
    bands = begun.bands
    if dims == 2:
        bands = four.selectbox(
            "Bands at the end", ["keep", "mean"], ["keep", "mean"].index(begun.bands), key=f"built-bands-{key}"
        )
    return Architecture(
        dims, tuple(blocks), bands=bands, gru=gru, pooling=pooling, dropout=round(dropout, 2), dense=dense
    )


def _block(before: Block, dims: int, left: tuple[int, int], place: int, key: str) -> Block:
    at = f"{key}-{place}"
    with st.container(border=True, key=f"block-{at}"):
        one, two, three, four, five = st.columns([1, 1, 1, 1, 1.4], vertical_alignment="bottom")
        filters = one.selectbox(f"{place + 1} · Filters", *_offered(FILTERS, before.filters), key=f"filters-{at}")
        kernel = two.selectbox("Kernel", *_offered(KERNELS, before.kernel), key=f"kernel-{at}")
        room = [n for n in SMALL if n <= min(left)]
        stride = three.selectbox(
            "Stride", *_offered(room, min(before.stride, room[-1])), key=f"stride-{at}-{len(room)}"
        )
        room = [n for n in SMALL if n <= min(-(-left[0] // stride), -(-left[1] // stride))]
        pool = four.selectbox("Pool", *_offered(room, min(before.pool, room[-1])), key=f"pool-{at}-{len(room)}")
        with five.popover("More", icon=":material/tune:"):
            pooling: Any = st.segmented_control(
                "Pooling", ["max", "average"], default=before.pooling, required=True, key=f"pooling-{at}"
            )
            normalise: Any = st.segmented_control(
                "Normalisation", list(NORMALISED), default=before.normalise, required=True, key=f"normalise-{at}"
            )
            dropout = st.slider("Dropout", 0.0, 0.9, float(before.dropout), 0.05, key=f"dropout-{at}")
            repeat = st.toggle("Two convolutions", before.repeat == 2, key=f"repeat-{at}")
            residual = st.toggle("Residual", before.residual, key=f"residual-{at}")
            excite = st.toggle("Squeeze and excitation", before.excite, key=f"excite-{at}")
            separable = st.toggle("Separable", before.separable, key=f"separable-{at}")
            narrow = _bands(before, dims, left, stride, pool, at)
    made = Block(
        filters,
        kernel,
        stride=stride,
        pool=pool,
        pooling=pooling,
        normalise=normalise,
        dropout=round(dropout, 2),
        repeat=2 if repeat else 1,
        residual=residual,
        excite=excite,
        separable=separable,
    )
    stride_bands, pool_bands = narrow
    return dataclasses.replace(made, stride_bands=None if separable else stride_bands, pool_bands=pool_bands)


def _bands(
    before: Block, dims: int, left: tuple[int, int], stride: int, pool: int, at: str
) -> tuple[int | None, int | None]:
    """Stride and pooling over bands, where they are others than over time."""
    if dims == 1:
        return None, None
    same = before.stride_bands in (None, before.stride) and before.pool_bands in (None, before.pool)
    if not st.toggle("Other steps over bands", not same, key=f"apart-{at}"):
        return None, None
    room = [n for n in SMALL if n <= left[1]]
    stride_bands = st.selectbox(
        "Stride over bands",
        *_offered(room, min(before.stride_bands or stride, room[-1])),
        key=f"stride-bands-{at}-{len(room)}",
    )
    room = [n for n in SMALL if n <= -(-left[1] // stride_bands)]
    pool_bands = st.selectbox(
        "Pool over bands", *_offered(room, min(before.pool_bands or pool, room[-1])), key=f"pool-bands-{at}-{len(room)}"
    )
    return stride_bands, pool_bands


def _left(block: Block, dims: int, left: tuple[int, int]) -> tuple[int, int]:
    """How many steps and bands the block leaves."""
    steps = [
        -(-n // stride) // pool for n, stride, pool in zip(left, block.strides(dims), block.pools(dims), strict=False)
    ]
    return steps[0], steps[1] if dims == 2 else left[1]


def _offered(values: tuple[int, ...] | list[int], begun: int) -> tuple[list[int], int]:
    """The values to choose from, with the one to begin with among them, and its place."""
    offered = sorted({*values, begun})
    return offered, offered.index(begun)
