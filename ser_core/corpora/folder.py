"""A corpus of one's own as a folder of folders: the folder in which a clip lies is its emotion.

    my-voices/
      anger/      001.wav, 002.m4a, monday/003.wav
      calm/       ...

The folder directly below the root names the emotion, whatever it is called; deeper ones only order the clips.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from ser_core import files
from ser_core.corpora import own
from ser_core.corpora.base import Corpus, CorpusError, Problem, audio_paths, complete, paths_column


def load(root: Path, name: str = "folder", reading: own.Reading = own.Reading()) -> Corpus:
    """Read the folder `root` as a corpus called `name`; clip ids are `<name>/<path below root>`, with its ending.

    Speakers are not known, unless `reading` names the rule that tells them; it renames emotions too. Audio files that lie in
    no emotion's folder are listed in `problems`.
    Raises CorpusError when there is no such folder or no clip in it.
    """
    root = Path(root)
    if not root.is_dir():
        raise CorpusError(f"The folder {root} does not exist; name one that holds a folder for each emotion.")
    paths = paths_column(audio_paths(root, below=True))
    relative = paths.str.slice(len(str(root).rstrip(os.sep)) + 1).map(files.utf8).astype(str)
    relative = relative.str.replace(os.sep, "/", regex=False)
    loose = ~relative.str.contains("/", regex=False)
    problems = [Problem(file, "lies in no emotion's folder") for file in relative[loose]]
    paths, relative = paths[~loose], relative[~loose]
    emotion = relative.str.partition("/")[0] if len(relative) else relative
    clips = complete(pd.DataFrame({"clip": f"{name}/" + relative, "path": paths, "emotion": emotion.str.strip()}))
    return own.corpus(
        name, root, f"the folder {root}, each emotion in a folder of its own", clips, problems, reading=reading
    )
