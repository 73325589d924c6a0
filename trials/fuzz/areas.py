"""What is tried on each kind of input; an attempt draws one case and hands it to the watch."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from ser_core import audio, exchange, runs, settings
from ser_core.cli.main import main as command_line
from ser_core.corpora import own_archive, registry
from ser_core.corpora.base import CorpusError
from ser_core.corpora.reading import ClipReader
from ser_core.graphs import GraphError
from ser_core.predictor import Predictor
from tests import made
from trials.fuzz import graphs, mutations, seeds
from trials.fuzz.worker import Watch

Attempt = Callable[[st.DataObject], None]
#: Clips that a model answers; longer ones cost the time of many others.
ANSWERED_S = 5.0


def batch(attempt: Attempt, number: int) -> None:
    """Try some cases from the seed `number`."""

    @hypothesis.seed(number)
    @hypothesis.settings(
        max_examples=20,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        attempt(data)

    tried()


def decoder(watch: Watch) -> Attempt:
    sounds = mutations.damaged(seeds.sounds())
    names = st.sampled_from(["a.wav", "a.mp3", "a.webm", "a", "../a.wav", "\u202ea.wav"])
    predictor = Predictor(runs.shipped()[0])

    def attempt(data: st.DataObject) -> None:
        sound, name = data.draw(sounds), data.draw(names)

        def work() -> None:
            clip = audio.decode(sound, name=name)
            audio.findings(clip)
            if clip.duration <= ANSWERED_S:
                predictor.predict(clip)

        watch.case("decoder", work, (audio.AudioError,), sound)

    return attempt


def manifest(watch: Watch) -> Attempt:
    tables = mutations.damaged(seeds.tables()) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    folder = watch.place / "home" / "table"
    (folder / "sub").mkdir(parents=True, exist_ok=True)
    for name in ("a.wav", "b.wav", "sub/c.wav"):
        (folder / name).write_bytes(audio.encode_wav(seeds.voice(0.7)))

    def attempt(data: st.DataObject) -> None:
        table = data.draw(tables)
        path = folder / data.draw(st.sampled_from(["clips.csv", "clips.tsv"]))
        path.write_bytes(table)

        def work() -> None:
            corpus = registry.open_own(path, "mine")
            reader = ClipReader()
            for row in corpus.clips.head(3).itertuples():
                with contextlib.suppress(audio.AudioError):
                    reader.read(str(row.path), row.start, row.end)

        watch.case("manifest", work, (CorpusError,), table)

    return attempt


def corpus_zip(watch: Watch) -> Attempt:
    zips = mutations.archives(seeds.corpora())

    def attempt(data: st.DataObject) -> None:
        packed = data.draw(zips)
        path = watch.place / "home" / "given.zip"
        path.write_bytes(packed)
        folder = settings.home().path / "corpora" / "mine"

        def work() -> None:
            own_archive.add(path, "mine", folder)
            registry.load("mine")

        watch.case("corpus-zip", work, (CorpusError,), packed)
        shutil.rmtree(folder, ignore_errors=True)

    return attempt


def run_zip(watch: Watch) -> Attempt:
    contents = seeds.imported()
    whole = mutations.archives(contents)

    @st.composite
    def inside(draw: st.DrawFn) -> bytes:
        """One file of the run damaged, and files.json made to fit: the hashes alone do not catch it."""
        files = dict(draw(st.sampled_from(contents)))
        # The trained Keras file is never opened, so it is left out of what is damaged.
        name = draw(st.sampled_from([name for name in files if not name.endswith("model.keras")]))
        files[name] = draw(mutations.damaged([files[name]]))
        return seeds.zipped(seeds.sealed(files))

    model = next(files for files in contents if any(name.endswith("model.onnx") for name in files))
    given, labels = seeds.taken(model)

    @st.composite
    def another_graph(draw: st.DrawFn) -> bytes:
        """The run of a model with a graph that somebody wrote."""
        files = {name: data for name, data in model.items() if not name.endswith("model.onnx")}
        name = next(name for name in model if name.endswith("model.onnx"))
        return seeds.zipped(seeds.sealed({**files, name: draw(graphs.written(given, labels))}))

    voice = audio.decode(audio.encode_wav(seeds.voice()))

    def attempt(data: st.DataObject) -> None:
        packed = data.draw(inside() | another_graph() | whole)
        path = watch.place / "home" / "given.zip"
        path.write_bytes(packed)

        def work() -> None:
            run = exchange.import_zip(path)
            runs.summary(run)
            if run.servable:
                Predictor(run).predict(voice)

        # A stranger's graph is tried for up to 20 s, in a process of its own that is ended then.
        watch.case("run-zip", work, (runs.RunError, GraphError), packed, hang_s=45)
        shutil.rmtree(settings.home().runs, ignore_errors=True)

    return attempt


def arguments(watch: Watch) -> Attempt:
    """Commands with words that fit and words that do not; none that asks the network or works for minutes."""
    home = watch.place / "home"
    corpus = made.crema_d(home / "corpus", made.SPEAKERS[:2], ("IEO",), seconds=0.4)
    sound = home / "voice.wav"
    sound.write_bytes(audio.encode_wav(seeds.voice()))
    (home / "broken.wav").write_bytes(sound.read_bytes()[:60])
    commands = [
        ["predict"],
        ["predict", "accurate", str(sound)],
        ["features", str(sound), "--set"],
        ["features"],
        ["corpora", "list"],
        ["corpora", "validate", "crema-d", "--data"],
        ["corpora", "register"],
        ["corpora", "forget"],
        ["evaluate", "accurate", "--data"],
        ["evaluate"],
        ["runs"],
        ["runs", "list"],
        ["runs", "show"],
        ["runs", "export", "accurate", "-o", str(home / "out.zip")],
        ["runs", "import"],
        ["recipes", "list"],
        ["recipes", "show"],
        ["jobs", "list"],
        ["jobs", "show"],
        ["jobs", "cancel"],
        ["select", "svm", "--data"],
        ["train", "--data", str(corpus)],
        ["train", "nothing", "--data"],
        [],
    ]
    words = st.sampled_from(
        [
            *(
                str(path)
                for path in (sound, corpus, home, home / "broken.wav", home / "none", "/dev/null", "/proc/self/mem")
            ),
            *(
                "accurate",
                "svm",
                "crema-d",
                "recordings",
                "msf",
                "logmel",
                "folder",
                "manifest",
                "../..",
                "",
                "-",
                "--",
            ),
            *(
                "--json",
                "--data",
                "--set",
                "-o",
                str(home / "out"),
                "--corpus",
                "--profile",
                "--over-time",
                "--split",
                "--seed",
            ),
            *(
                "-1",
                "nan",
                "1e999",
                "999999999999999999999",
                "--max-minutes",
                "--include-seen",
                "--speakers",
                "%s",
                "\u202e",
                "a\nb",
            ),
        ]
    ) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
    # These would work, on a network or for minutes.
    never = {"get", "run", "--dask", "crnn", "cnn1d", "--resume"}

    def attempt(data: st.DataObject) -> None:
        given = [*data.draw(st.sampled_from(commands)), *data.draw(st.lists(words, max_size=4))]
        if never & set(given):
            return
        out, err = io.StringIO(), io.StringIO()

        def work() -> None:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    code: Any = command_line(list(given))
                except SystemExit as end:
                    code = end.code
            if code not in (0, 1, 2, None) or "Traceback" in err.getvalue():
                raise AssertionError(f"{given}: {code} {err.getvalue()[-300:]}")
            if code in (1, 2) and not err.getvalue().strip():
                raise AssertionError(f"{given}: ended with {code} and no sentence")

        watch.case("arguments", work, (), json.dumps(given).encode())

    return attempt


AREAS: dict[str, Callable[[Watch], Attempt]] = {
    "decoder": decoder,
    "manifest": manifest,
    "corpus-zip": corpus_zip,
    "run-zip": run_zip,
    "arguments": arguments,
}
