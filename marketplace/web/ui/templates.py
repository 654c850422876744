"""Templates whose unchanging words are put together once, when they are compiled.

A sentence without figures and an icon are the same on every page, apart from the language. So `{{ icon("map") }} {{ _("Map") }}` and the
text around it become one piece for each language, and a page only takes the piece of its reader.
"""

from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import suppress
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.nodes import EvalContext, Node
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from marketplace.kernel.language import LOCALES, current_locale, reading_in

SENTENCES, ICON = ("_", "gettext"), "icon"
START, ESCAPING = "\nname = ", f"\nfrom {__name__} import escaped as escape"


class _Localised:
    """Takes the piece of the reader's language. Asked as an item, for Jinja looks that up in a third of the time of a call."""

    def __getitem__(self, pieces: tuple[str, ...]) -> Markup:
        return Markup(pieces[LOCALES.index(current_locale())])  # noqa: S704 our own sentences and drawings


localised = _Localised()


class Pages(Environment):
    """Jinja with that step between reading and compiling a template."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that all templates know, as they are. A map laid over them is copied and compared for every import of a page."""
        return super().make_globals(d) if d else self.globals

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        escapes = self.autoescape(name) if callable(self.autoescape) else self.autoescape
        if escapes and not isinstance(source.find(nodes.ScopedEvalContextModifier), Node):
            _join(_Fixed(self, source).folded(source))
        return super()._generate(source, name, filename, defer_init).replace(START, f"{ESCAPING}{START}", 1)


def escaped(value: object) -> str:
    """The same as `escape`, but text stays text.

    Wrapping each of the hundreds of pieces of a page takes longer than looking at it.
    """
    kind = type(value)
    return _escape_inner(value) if kind is str else value if kind is Markup else escape(value)  # type: ignore[arg-type, return-value]


class _Fixed:
    """Finds what is always the same, unless a template calls something of its own by that name."""

    def __init__(self, environment: Environment, source: nodes.Template) -> None:
        self.environment = environment
        own = set(_own_names(source))
        self.sentences = tuple(word for word in SENTENCES if word not in own)
        self.icon = None if ICON in own else ICON

    def folded(self, node: Node) -> Node:
        """The same tree with the pieces in the place of the calls."""
        for field, value in node.iter_fields():
            if isinstance(value, Node):
                setattr(node, field, self._replaced(value))
            elif isinstance(value, list):
                value[:] = [self._replaced(item) if isinstance(item, Node) else item for item in value]
        return node

    def _replaced(self, node: Node) -> Node:
        pieces = self._pieces(node) if isinstance(node, nodes.Call) else None
        return self.folded(node) if pieces is None else _piece(pieces, node.lineno)

    def _pieces(self, call: nodes.Call) -> tuple[str, ...] | None:
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if call.dyn_args is not None or call.dyn_kwargs is not None:
            return None
        if not all(isinstance(value, nodes.Const) for value in (*call.args, *(pair.value for pair in call.kwargs))):
            return None
        context = EvalContext(self.environment)
        context.autoescape = True
        args = [value.as_const(context) for value in call.args]
        named = {pair.key: pair.value.as_const(context) for pair in call.kwargs}
        function: Any = self.environment.globals.get(name)
        if name in self.sentences and not named:
            return tuple(_in(locale, function, context, *args) for locale in LOCALES)
        if name == self.icon and function is not None:
            with suppress(LookupError):  # no such icon, which is a mistake where it is drawn
                return (str(function(*args, **named)),) * len(LOCALES)
        return None


def _own_names(source: nodes.Template) -> Iterator[str]:
    """What a template itself gives a name to."""
    for node in source.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        if isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.Macro) or (isinstance(node, nodes.Name) and node.ctx != "load"):
            yield node.name


def _in(locale: str, function: Any, *args: Any) -> str:
    with reading_in(locale):
        return str(function(*args))


def _piece(pieces: tuple[str, ...], lineno: int) -> nodes.Expr:
    taken = nodes.ImportedName(f"{__name__}.localised", lineno=lineno)
    return nodes.Getitem(taken, nodes.Const(pieces, lineno=lineno), "load", lineno=lineno)


def _pieces_of(node: Node) -> tuple[str, ...] | None:
    """What a node says in each language, where that is always the same."""
    if isinstance(node, nodes.TemplateData):
        return (node.data,) * len(LOCALES)
    if isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.ImportedName) and isinstance(node.arg, nodes.Const):
        pieces: tuple[str, ...] = node.arg.value
        return pieces
    return None


def _join(node: Node) -> None:
    """Make one output of those that follow each other, and one piece of the pieces in it."""
    for _field, value in node.iter_fields():
        if isinstance(value, list) and any(isinstance(item, nodes.Output) for item in value):
            value[:] = _as_few(value)
    if isinstance(node, nodes.Output):
        node.nodes[:] = _joined(node.nodes)
    for child in node.iter_child_nodes():
        _join(child)


def _as_few(body: Iterable[Node]) -> Iterator[Node]:
    last: nodes.Output | None = None
    for node in body:
        if isinstance(node, nodes.Output):
            if last is not None:
                last.nodes.extend(node.nodes)
                continue
            last = node
        else:
            last = None
        yield node


def _joined(parts: Iterable[nodes.Expr]) -> Iterator[nodes.Expr]:
    pieces: tuple[str, ...] | None = None
    lineno = 0
    for part in (*parts, None):
        more = None if part is None else _pieces_of(part)
        if more is not None:
            pieces = more if pieces is None else tuple(map("".join, zip(pieces, more, strict=True)))
            lineno = lineno or (part.lineno if part is not None else 0)
            continue
        if pieces is not None:
            same = len(set(pieces)) == 1
            yield nodes.TemplateData(pieces[0], lineno=lineno) if same else _piece(pieces, lineno)
            pieces, lineno = None, 0
        if part is not None:
            yield part
