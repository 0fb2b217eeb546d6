"""The house rules of the code: who may import whom, how long a file may be, what may not happen at import."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 300
PACKAGES = ("agent", "knowledge", "data", "pages")
FILES = sorted([ROOT / "streamlit_app.py", *(f for p in PACKAGES for f in (ROOT / p).rglob("*.py"))])
BANNED_WORDS = {"utils", "helpers", "common", "misc", "handle", "process", "info"}

# (folder or file prefix, modules that nothing below it may import)
RULES = [
    ("knowledge", ("agent", "data", "pages", "streamlit", "langgraph", "langchain", "openai", "sqlite_utils")),
    ("data", ("agent", "knowledge", "pages", "streamlit", "langgraph", "langchain", "openai", "faiss", "torch")),
    ("agent", ("pages", "streamlit", "sqlite_utils", "faiss", "sentence_transformers", "sqlite3")),
    ("agent/triage", ("langgraph", "langchain", "langchain_core", "sqlite3", "data", "agent.models", "agent.nodes")),
    ("agent/safety", ("langgraph", "langchain", "langchain_core", "sqlite3", "data", "agent.models", "agent.nodes")),
    ("agent/models", ("agent.nodes", "agent.graph", "agent.manager", "agent.bootstrap", "agent.tools", "agent.par")),
    ("agent/par", ("agent.nodes", "agent.graph", "agent.manager", "agent.bootstrap", "agent.tools")),
    ("agent/tools", ("agent.nodes", "agent.graph", "agent.manager", "agent.bootstrap", "agent.par")),
    ("agent/nodes", ("agent.graph", "agent.manager", "agent.bootstrap", "agent.turns")),
    ("agent/graph.py", ("agent.manager", "agent.bootstrap", "agent.turns")),
    ("agent/manager.py", ("agent.bootstrap",)),
    ("pages", ("sqlite_utils", "sqlite3", "faiss", "sentence_transformers", "langgraph", "openai", "torch")),
]
ONLY_IN = {
    "streamlit": ("streamlit_app.py", "pages"),
    "sqlite_utils": ("data",),
    "faiss": ("knowledge",),
    "sentence_transformers": ("knowledge",),
    "openai": ("agent/models",),
    "langchain_openai": ("agent/models",),
}


def imports_of(path: Path) -> set[str]:
    """Every module a file imports, anywhere in it, with the names it takes from a package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def below(path: Path, place: str) -> bool:
    return relative(path) == place or relative(path).startswith(place + "/")


@pytest.mark.parametrize(("place", "forbidden"), RULES, ids=[place for place, _ in RULES])
def test_layers_import_downwards_only(place: str, forbidden: tuple[str, ...]) -> None:
    checked = [f for f in FILES if below(f, place)]
    assert checked, f"nothing at {place}: the rule guards an empty room"
    wrong = [
        f"{relative(f)} imports {module}"
        for f in checked
        for module in imports_of(f)
        for name in forbidden
        if (module == name or module.startswith(name + "."))
    ]
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.parametrize(("library", "places"), ONLY_IN.items(), ids=list(ONLY_IN))
def test_libraries_stay_in_their_rooms(library: str, places: tuple[str, ...]) -> None:
    users = {relative(f) for f in FILES if any(m == library or m.startswith(library + ".") for m in imports_of(f))}
    assert users, f"nobody imports {library}"
    strangers = [u for u in users if not any(u == p or u.startswith(p + "/") for p in places)]
    assert not strangers, strangers


def test_pages_use_public_names_records_and_levels() -> None:
    """Pages import the agent's public names, its events, its report and its fixed texts; no engine, no node."""
    allowed = ("agent.events", "agent.par", "agent.versions", "agent.safety.templates")
    wrong = [
        f"{relative(f)} imports {module}"
        for f in FILES
        if below(f, "pages")
        for module in imports_of(f)
        if module.startswith("agent.")
        and not module.startswith(allowed)
        and module.removeprefix("agent.") not in public_names()
    ]
    assert not wrong, "\n".join(wrong)


def public_names() -> set[str]:
    tree = ast.parse((ROOT / "agent" / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    raise AssertionError("agent has no __all__")


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_is_one_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", [f for f in FILES if f.parent == ROOT / "pages"], ids=relative)
def test_page_is_short_and_guarded(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    if path.stem not in ("shell", "sign_in", "__init__"):
        assert "require(" in text, "every page asks who is looking"


def test_server_file_is_short() -> None:
    assert len((ROOT / "streamlit_app.py").read_text().splitlines()) < 80


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_names_say_what_things_are(path: Path) -> None:
    assert path.stem not in BANNED_WORDS


def test_top_level_holds_only_what_the_plan_names() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    folders = {f.split("/")[0] for f in listed if "/" in f}
    assert folders <= {"agent", "data", "docs", "knowledge", "pages", "tests", ".streamlit", ".ci"}


@pytest.mark.parametrize("path", [f for f in FILES if not below(f, "pages")], ids=relative)
def test_nothing_happens_at_import(path: Path) -> None:
    """No file, clock, model or socket is opened by top-level code; calls there only define things."""
    opening = {
        "open",
        "connect",
        "now",
        "utcnow",
        "today",
        "urlopen",
        "SentenceTransformer",
        "Settings",
        "load_content",
    }
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.If):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Lambda):
                break
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert name not in opening, f"{relative(path)} calls {name} at import"
