"""The house keeps its order: one direction of imports, small files, no page file that Streamlit would run by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    path
    for folder in ("ser_core", "pages", "tests", "trials", "benchmarks", "scripts")
    for path in (ROOT / folder).rglob("*.py")
]


def test_imports_go_one_way() -> None:
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_long() -> None:
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_no_python_file_lies_directly_in_pages() -> None:
    """Streamlit would serve it alone, without streamlit_app.py, to the first visitor who asks for it."""
    assert list((ROOT / "pages").glob("*.py")) == []


@pytest.mark.parametrize(
    "module", ["ser_core.predictor", "ser_core.evaluation.on_corpus", "ser_core.cli.main", "ser_core.figures"]
)
def test_everything_but_training_works_without_tensorflow_and_what_is_optional(module: str) -> None:
    names = (
        "tensorflow",
        "keras",
        "tf2onnx",
        "streamlit",
        "mlflow",
        "wandb",
        "tensorboard",
        "huggingface_hub",
        "torch",
        "optuna",
    )
    code = f"import sys, {module}; sys.exit(any(name in sys.modules for name in {names}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_home_page_needs_neither_librosa_nor_a_model_runtime() -> None:
    code = (
        "import sys, ser_core.runs, ser_core.corpora.registry, pages.widgets.numbers;"
        "sys.exit(any(name in sys.modules for name in ('librosa', 'onnxruntime', 'sklearn', 'av')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_command_begins_without_what_only_some_compute_with() -> None:
    """Every job is two processes, and each of them begins with the command."""
    code = (
        "import sys, ser_core.cli.main;"
        "sys.exit(any(name in sys.modules for name in ('scipy.signal', 'scipy.stats', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
