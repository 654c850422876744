"""How many small faults in the rules the tests of the rules catch: a drawn sample of mutants, each tried alone on a copy of this tree.

Run by the Python of an environment that has cosmic-ray, from the root of the project; docs/contributing.md has the two lines.
"""

import argparse
import ast
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[1]
RULES = "tests/rules"
MEMORY = "tests/rules/test_memory.py"  # measures whole processes for seconds, and no rule
PATTERNS = (
    "*/rules.py",
    "*/rules/*.py",
    "*/policy/*.py",
    "kernel/units.py",
    "kernel/geo.py",
    "kernel/text.py",
    "kernel/dates.py",
)
# One fault of a kind, where cosmic-ray has a dozen: another sign for a sum, every other comparison, a number one off, and so on. Not drawn are the union of
# types in an annotation (`|`), and `is` for an equality (the same for small numbers, members of an enumeration and short texts).
KINDS = re.compile(
    r"""(?x)
    NumberReplacer | AddNot | Replace(True|False|And|Or|Continue|Break)With.* | RemoveDecorator | ZeroIterationForLoop | ExceptionReplacer
    | ReplaceUnaryOperator_(Delete_Not|Delete_USub|USub_UAdd)
    | ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Div|FloorDiv_Mul|Mod_Add|Mod_FloorDiv|Pow_Mul|BitAnd_BitOr)
    | ReplaceComparisonOperator_((Lt|LtE|Gt|GtE|Eq|NotEq)_(Lt|LtE|Gt|GtE|Eq|NotEq)|Is_IsNot|IsNot_Is)
    """
)
# What changes no answer: the star before arguments that have to be named, a frozen or slotted class, a field that is not printed,
# a cache and its size, and the check that two equally long lists are.
NO_RULE = re.compile(r"\*, |@dataclass\(|@(lru_)?cache|= (dataclass_)?field\(|strict=True")
# Of a number in `quantize(Decimal(1))` only the exponent counts, which 0, 1 and 2 have alike.
EXPONENT = re.compile(r"quantize\(Decimal\($")
WORK_MOST_S = 300  # of the processor: a busy machine makes nothing fail
WAIT_MOST_S = 3600  # for what sleeps


@dataclass(frozen=True)
class Mutant:
    """One fault: the module, the operator of cosmic-ray, and which of the places where it applies."""

    module: str
    operator: str
    occurrence: int
    line: int


def mutants(root: Path) -> list[Mutant]:
    """Every mutant of every module of rules, in a fixed order."""
    all_mutants = []
    for module in sorted({path for pattern in PATTERNS for path in (root / "marketplace").glob(pattern)}):
        source = module.read_text(encoding="utf-8")
        tree, lines = get_ast(source), source.splitlines()
        for name in sorted(operator_names()):
            if KINDS.fullmatch(name.removeprefix("core/")):
                places = (place for node in ast_nodes(tree) for place in get_operator(name)().mutation_positions(node))
                all_mutants += [
                    Mutant(str(module.relative_to(root)), name, occurrence, start[0])
                    for occurrence, (start, _end) in enumerate(places)
                    if not NO_RULE.search(lines[start[0] - 1]) and not EXPONENT.search(lines[start[0] - 1][: start[1]])
                ]
    return all_mutants


def imported(file: Path, modules: set[str]) -> set[str]:
    """The modules among these that this file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & modules


class Nearness:
    """How many imports stand between a test file of the rules and a module: few mutants live through the tests that are nearest."""

    def __init__(self, root: Path) -> None:
        files = {
            named(file.relative_to(root)): file for folder in ("marketplace", "tests") for file in (root / folder).rglob("*.py")
        }
        self.imports = {name: imported(file, set(files)) for name, file in files.items()}
        self.steps = {
            str(test.relative_to(root)): self.reached(named(test.relative_to(root))) for test in (root / RULES).glob("test_*.py")
        }

    def reached(self, start: str) -> dict[str, int]:
        """Every module that this one reads, directly or through others, and after how many steps."""
        steps, waiting = {start: 0}, deque([start])
        while waiting:
            name = waiting.popleft()
            for other in self.imports[name] - steps.keys():
                steps[other] = steps[name] + 1
                waiting.append(other)
        return steps

    def tests(self, module: str) -> tuple[list[str], list[str]]:
        """Every test file of the rules, in two lists: those nearest to the module, and all the others with the nearer ones first."""
        name = named(Path(module))
        far = len(self.imports)
        ordered = sorted((steps.get(name, far), test) for test, steps in self.steps.items() if test != MEMORY)
        least = ordered[0][0]
        return [test for steps, test in ordered if steps == least < far], [
            test for steps, test in ordered if steps > least or least == far
        ]


def named(file: Path) -> str:
    """The name under which Python imports this file."""
    return str(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def failing(copy: Path, *tests: str) -> str:
    """The first of these tests that fails on the copy, empty where all pass; one that hangs fails."""
    limited = ("sh", "-c", f'ulimit -t {WORK_MOST_S}; exec "$@"', "sh")
    command = [*limited, ".venv/bin/python", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"--ignore={MEMORY}", *tests]
    environment = {**os.environ, "APP_ENV": "test", "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False, timeout=WAIT_MOST_S, text=True)
    except subprocess.TimeoutExpired:
        return "time"
    if run.returncode < 0:
        return "time"
    if run.returncode == 0:
        return ""
    return next((line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))), "the start")


def catcher(copy: Path, nearness: Nearness, mutant: Mutant) -> str:
    """The test that fails with this fault; empty where all pass. One that seems to have nothing to do with it has to fail twice: machines are busy at times."""
    module = copy / mutant.module
    source = module.read_text(encoding="utf-8")
    near, others = nearness.tests(mutant.module)
    try:
        module.write_text(mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence), encoding="utf-8")
        if near and (caught_by := failing(copy, *near)):
            return caught_by
        caught_by = failing(copy, *others)
        if not caught_by.startswith("FAILED"):
            return caught_by
        test = caught_by.removeprefix("FAILED ").partition(" - ")[0]
        return failing(copy, test) or failing(copy, *others, "--deselect", test)
    finally:
        module.write_text(source, encoding="utf-8")


def describe(copy: Path, mutant: Mutant) -> str:
    """Where the fault is, and the line as it was and as it became."""
    source = (copy / mutant.module).read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    pairs = zip(source.splitlines(), changed.splitlines(), strict=False)
    was, became = next(((old.strip(), new.strip()) for old, new in pairs if old != new), ("", ""))
    return f"{mutant.module}:{mutant.line} {mutant.operator.removeprefix('core/')}\n    - {was}\n    + {became}"


def copy_tree(folder: Path) -> None:
    """The files of this tree as they are now, with its environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(".venv"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())


def main() -> int:
    """Draw, try, and say how many were caught; 1 where that is less than asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other mutants")
    parser.add_argument("--sample", type=int, default=200, help="how many mutants")
    parser.add_argument("--least", type=float, default=95, help="the least percentage to be caught")
    parser.add_argument("--only", default="", help="modules whose path has this in it")
    parser.add_argument("--verbose", action="store_true", help="tell of every mutant which test caught it")
    parser.add_argument("--workers", type=int, default=2, help="how many mutants at once, each on a copy of its own")
    options = parser.parse_args()
    candidates = [mutant for mutant in mutants(ROOT) if options.only in mutant.module]
    drawn = random.Random(options.seed).sample(candidates, min(options.sample, len(candidates)))
    print(f"{len(drawn)} of {len(candidates)} mutants, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Path(folder) / str(worker) for worker in range(options.workers)]
        for copy in copies:
            copy_tree(copy)
        if failure := failing(copies[0], RULES):
            print(f"The tests of the rules fail without a mutant: {failure}")
            return 2
        nearness, free = Nearness(copies[0]), queue.SimpleQueue[Path]()
        for copy in copies:
            free.put(copy)

        def tried(mutant: Mutant) -> tuple[str, str]:
            copy = free.get()
            try:
                return describe(copy, mutant), catcher(copy, nearness, mutant)
            finally:
                free.put(copy)

        alive = 0
        with ThreadPoolExecutor(options.workers) as pool:
            for number, (fault, caught_by) in enumerate(pool.map(tried, drawn), 1):
                alive += not caught_by
                if options.verbose or not caught_by:
                    print(f"{number}: {fault}\n    {caught_by or 'survived'}", flush=True)
    caught = 100 * (len(drawn) - alive) / len(drawn)
    print(f"{len(drawn) - alive} of {len(drawn)} caught: {caught:.1f} %")
    return int(caught < options.least)


if __name__ == "__main__":
    sys.exit(main())
