"""Where the tests on the code look."""

import ast
import subprocess
from functools import cache
from pathlib import Path

from config import PROJECT

ROOMS = (
    "allocation",
    "places",
    "notices",
    "accounts",
    "documents",
    "materials",
    "ledger",
    "depots",
    "market",
    "questions",
    "catalogue",
    "outlook",
    "passports",
    "valuations",
    "impact",
    "published",
    "stock",
    "exchange",
    "planned",
    "recalls",
    "dossiers",
    "messages",
    "advice",
    "matching",
    "memos",
    "plans",
    "joint",
    "imports",
)
DOORS = ("sheets", "http", "api", "web", "jobs", "cli")
BENCH = "bench"  # above everything: it measures the whole app
PACKAGE = PROJECT / "marketplace"
TEMPLATES = PROJECT / "templates"


def files(*suffixes: str) -> list[Path]:
    """The project's own files with these suffixes: what git knows or could add, so no environment and no instance folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:  # an archive without git
        names = [
            str(path.relative_to(PROJECT))
            for path in PROJECT.rglob("*")
            if not {".venv", "var", ".git", "node_modules"} & set(path.parts)
        ]
    else:
        names = listed.stdout.splitlines()
    return sorted(PROJECT / name for name in names if name.endswith(suffixes) and (PROJECT / name).is_file())


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module, parsed once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Everything in the syntax tree of a module, walked once for all rules."""
    return tuple(ast.walk(tree_of(path)))


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))
