"""Parts that tests share. Everything is real: a SQLite file, the encoder, FAISS, the demo clinic."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
