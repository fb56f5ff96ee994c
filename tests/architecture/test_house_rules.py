"""House rules that no linter knows. Every rule carries lines that break it and lines that keep it.

Exceptions are named one by one with their reason, and an exception that nothing needs any more is
an error: the lists only ever get shorter.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

import baocheng
from baocheng.engine.fields import EncryptedField

SOURCE = Path(baocheng.__file__).parent
ROOT = SOURCE.parent.parent


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """What files of some kind may not contain.

    `find` yields line and name of what breaks the rule in a text. `exceptions` give the reason by
    "path name".
    """

    name: str
    files: Callable[[], Iterable[Path]]
    find: Callable[[str], Iterator[tuple[int, str]]]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    exceptions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def breaks(self) -> list[tuple[str, str]]:
        """What breaks the rule, exceptions included: "path name", and where it stands."""
        found = (
            (file.relative_to(SOURCE), line, name)
            for file in self.files()
            for line, name in self.find(file.read_text())
        )
        return [(f"{path} {name}", f"{path}:{line} {name}") for path, line, name in found]

    def __str__(self) -> str:
        return self.name


def files(*patterns: str, without: tuple[str, ...] = ()) -> Callable[[], Iterable[Path]]:
    """Return the files of the product that fit a pattern; migrations are history."""

    def found() -> Iterable[Path]:
        every = {file for pattern in patterns for file in SOURCE.glob(pattern)}
        return sorted(
            file
            for file in every
            if "migrations" not in file.parts
            and not any(file.match(pattern) for pattern in without)
        )

    return found


@cache
def nodes_of(text: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(text)))


def nodes(text: str, kind: type[Any]) -> Iterator[Any]:
    return (node for node in nodes_of(text) if isinstance(node, kind))


def called(call: ast.Call) -> str:
    """Return what is called as it is written: "datetime.now"."""
    return ast.unparse(call.func)


def find_machine_time(text: str) -> Iterator[tuple[int, str]]:
    for call in nodes(text, ast.Call):
        name = ".".join(called(call).split(".")[-2:])
        if re.fullmatch(
            r"(datetime|date|timezone)\.(now|utcnow|today|localtime|localdate)"
            r"|time\.(time|time_ns|localtime|gmtime)",
            name,
        ):
            yield call.lineno, name


def find_clock_reading(text: str) -> Iterator[tuple[int, str]]:
    for imported in nodes(text, ast.ImportFrom):
        if imported.module == "baocheng.kernel.time":
            names = {alias.name for alias in imported.names} & {"now", "today"}
            yield from ((imported.lineno, name) for name in sorted(names))


def find_float(text: str) -> Iterator[tuple[int, str]]:
    return ((call.lineno, "float") for call in nodes(text, ast.Call) if called(call) == "float")


def find_saving(text: str) -> Iterator[tuple[int, str]]:
    for call in nodes(text, ast.Call):
        owner, _, verb = called(call).rpartition(".")
        is_manager = owner.endswith("objects") and verb in (
            "create",
            "bulk_create",
            "bulk_update",
            "get_or_create",
            "update_or_create",
        )
        if is_manager or (owner and verb == "save"):
            yield call.lineno, f"{owner}.{verb}"


def find_loose_operation(text: str) -> Iterator[tuple[int, str]]:
    """Find operations, functions that act for somebody or at a moment, with another signature."""
    for function in ast.parse(text).body:
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
            continue
        by_place = [*function.args.posonlyargs, *function.args.args]
        named = {one.arg for one in function.args.kwonlyargs}
        acts = {"by", "at"} & {*named, *(one.arg for one in by_place)}
        if acts and (by_place or not {"by", "at"} <= named):
            yield function.lineno, function.name


def lines_with(pattern: str) -> Callable[[str], Iterator[tuple[int, str]]]:
    compiled = re.compile(pattern, re.IGNORECASE)

    def find(text: str) -> Iterator[tuple[int, str]]:
        for match in compiled.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, " ".join(match[0].split())

    return find


NAMED_COLOURS = "white|black|red|green|blue|gr[ae]y|orange|yellow|purple|brown|pink|navy|teal"
IN_HAND = "takes the file in hand first; a step or another operation calls it, never a face"
MANY = "takes its rows first; kept from the time of the bulk import"

RULES = (
    Rule(
        name="only the kernel reads the machine's time",
        files=files("**/*.py"),
        find=find_machine_time,
        bad=("at = datetime.now(UTC)", "day = date.today()", "at = timezone.now()", "time.time()"),
        good=("at = now()", "started = time.monotonic()", "day = today()", "time.sleep(1)"),
        exceptions={
            "kernel/time.py datetime.now": "the one clock",
            "kernel/ids.py time.time_ns": "an id orders writes, it is no business time",
            "demo/clock.py datetime.now": "the clock that is moved starts from the machine's",
            "rest/tokens.py timezone.now": "moving the demonstration clock signs nobody out",
            "rest/idempotency.py timezone.now": "how long an answer is kept is no business time",
        },
    ),
    Rule(
        name="the clock is read at the edges",
        files=files("engine/**/*.py", "areas/**/*.py", without=("jobs.py",)),
        find=find_clock_reading,
        bad=(
            "from baocheng.kernel.time import SHANGHAI, now",
            "from baocheng.kernel.time import today",
        ),
        good=("from baocheng.kernel.time import SHANGHAI, business_date",),
        exceptions={
            "engine/journal/record.py now": "the time of recording is the machine's, not the act's",
            "areas/organisation/queries.py now": "the port of the work room asks for no moment",
            "areas/claims/steps.py now": "options of a form without a stream: what is sold today",
        },
    ),
    Rule(
        name="no number becomes a float",
        files=files("**/*.py"),
        find=find_float,
        bad=("total = float(amount)",),
        good=("total = Decimal(amount)", "def width(self) -> float: ...", "isinstance(x, float)"),
        exceptions={
            "engine/processes/bpmn.py float": "coordinates of a drawing",
            "engine/processes/diagram.py float": "coordinates of a drawing",
            "engine/clocks/wording.py float": "hours left, in words only",
        },
    ),
    Rule(
        name="rows are written through the unit",
        files=files("engine/**/*.py", "areas/**/*.py"),
        find=find_saving,
        bad=("claim.save()", "Claim.objects.create(number=number)", "Claim.objects.bulk_create(a)"),
        good=("unit.add(claim)", "claims = Claim.objects.filter(number=number)", "save_draft(a)"),
        exceptions={
            "engine/documents/store.py kept.save": "a file storage, not a row",
            "engine/documents/letters.py StoredFile.objects.bulk_create": "ignores what is there",
            "engine/documents/receiving.py StoredFile.objects.bulk_create": "ignores what is there",
            "engine/work/drafts.py Draft.objects.bulk_create": "replaces what is there",
            "areas/organisation/operations/founding.py staff.user.save": "the login is Django's",
        },
    ),
    Rule(
        name="operations take everything by keyword, with `by` and `at`",
        files=files("areas/*/operations/*.py"),
        find=find_loose_operation,
        bad=(
            "def close(claim, *, by, at): ...",
            "def close(*, claim, at): ...",
            "def close(*, claim, by): ...",
            "def close(by, at): ...",
        ),
        good=(
            "def close(*, claim, by, at): ...",
            "def _close(claim, by): ...",
            "def checked_phone(text, field): ...",
        ),
        exceptions={
            **{
                f"areas/claims/operations/{file}.py {name}": IN_HAND
                for file, names in {
                    "approval": "approve_claim approve_refusal return_claim",
                    "assessment": "assess_liability calculate_benefit confirm_calculation",
                    "closing": "visit_customer close_claim",
                    "documenting": "ask_for_documents record_received review_documents"
                    " request_supplement remind_customer",
                    "lines": "add_lines wrong_lines",
                    "notifying": "send_letter send_acceptance send_decision send_refusal remind",
                    "payee": "correct_payee",
                    "settlement": "issue_decision issue_refusal instruct_payment take_back_payment"
                    " book_recovery",
                }.items()
                for name in names.split()
            },
            "areas/claims/operations/approval.py approve_automatically": "only the machine does it",
            "areas/billing/operations/payments.py settle": IN_HAND,
            "areas/billing/operations/payments.py give_back": IN_HAND,
            "areas/billing/operations/posting.py post": "a part of what payments and recoveries do",
            "areas/customers/operations/accounts.py add_bank_accounts": MANY,
            "areas/customers/operations/registration.py register_persons": MANY,
            "areas/customers/operations/registration.py register_organisations": MANY,
            "areas/organisation/operations/founding.py found_company": "nobody is there before",
            "areas/organisation/operations/roles.py require_other_person": "a check, no act",
        },
    ),
    Rule(
        name="no inline style or script in templates",
        files=files("**/*.html"),
        find=lines_with(
            r"<style\b|\sstyle\s*=|<script\b(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:"
        ),
        bad=('<p style="x">', "<script>go()</script>", '<a onclick="go()">', "<style>p{}</style>"),
        good=("<script src=\"{% static 'ui/ui.js' %}\" defer></script>", '<p class="style">'),
    ),
    Rule(
        name="no inline style in drawings made by the server",
        files=files("**/*.py"),
        find=lines_with(r"[ '\"]style=[\"']|(fill|stroke)=[\"'](#|rgb)"),
        bad=("""f'<rect style="fill:red">'""", """f'<rect fill="#fff">'"""),
        good=("""f'<rect class="task">'""", """f'<rect fill="none">'""", "x = Style(style)"),
    ),
    Rule(
        name="colours are tokens",
        files=files("**/*.css", without=("tokens*.css",)),
        find=lines_with(
            r"#[0-9a-f]{3,8}\b(?=[^{}]*;)|\b(rgb|hsl|hwb|lab|lch|oklab|oklch)a?\("
            rf"|:[^;{{}}]*(?<![\w-])({NAMED_COLOURS})(?![\w-])(?=[^{{}}]*;)"
        ),
        bad=(
            "p { color: #a01; }",
            "p { color: rgb(0 0 0 / 50%); }",
            "p { border: 1px solid red; }",
        ),
        good=(
            "p { color: var(--ink); }",
            "p { white-space: nowrap; }",
            "a:hover { color: inherit; }",
        ),
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_is_kept(rule: Rule) -> None:
    broken = [where for key, where in rule.breaks if key not in rule.exceptions]

    assert broken == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_exception_is_needed(rule: Rule) -> None:
    assert rule.exceptions.keys() - {key for key, _where in rule.breaks} == set()


@pytest.mark.parametrize(
    ("rule", "line"), [(rule, line) for rule in RULES for line in rule.bad], ids=str
)
def test_rule_finds_what_breaks_it(rule: Rule, line: str) -> None:
    assert list(rule.find(line))


@pytest.mark.parametrize(
    ("rule", "line"), [(rule, line) for rule in RULES for line in rule.good], ids=str
)
def test_rule_leaves_the_rest_alone(rule: Rule, line: str) -> None:
    assert list(rule.find(line)) == []


VAGUE = {"common", "data", "handler", "helper", "info", "manager", "misc", "service", "util"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {file: file.stem.strip("_") for file in SOURCE.glob("**/*.py")}

    assert [file for file, name in names.items() if name.removesuffix("s") in VAGUE] == []


def test_every_area_introduces_itself() -> None:
    areas = {file.parent for file in SOURCE.glob("areas/*/apps.py")}

    assert {area.name for area in areas if not (area / "README.md").exists()} == set()


def test_every_room_of_the_engine_has_its_page() -> None:
    rooms = {file.parent.name for file in SOURCE.glob("engine/*/apps.py")}

    assert rooms - {page.stem for page in (ROOT / "docs/engine").glob("*.md")} == set()


def test_the_page_on_keys_names_every_sealed_column() -> None:
    page = (ROOT / "docs/operations/keys.md").read_text()
    sealed = [
        (model._meta.db_table, column.name)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, EncryptedField)
    ]
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}

    assert [one for one in sealed if f"`{one[1]}`" not in rows.get(one[0], "")] == []


def test_decisions_are_numbered_and_fit_one_page() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]

    assert numbers == list(range(1, len(pages) + 1))
    assert [page.name for page in pages if len(page.read_text().splitlines()) > 40] == []
    for number, page in zip(numbers, pages, strict=True):
        assert page.read_text().startswith(f"# {number}. "), page.name
