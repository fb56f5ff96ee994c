"""How many decisions a second one table makes, against the same rules written by hand.

Run `uv run python benchmarks/decisions.py`. The table: thirty rules, six inputs, hit policy
FIRST, the kind an underwriter writes. All ways must give the same answers.
"""

import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

from baocheng.engine.decisions.decide import decide
from baocheng.engine.decisions.definition import DecisionTable
from baocheng.engine.decisions.dmn import read_decisions
from baocheng.engine.decisions.table import CompiledTable

COLUMNS = ["age", "sum_insured", "smoker", "occupation", "bmi", "applied_on"]
CASES = 20_000


def rules() -> list[list[str]]:
    """Thirty rules in FEEL; the last takes everything."""
    found = []
    for step in range(29):
        age, amount = 18 + 2 * step, 50_000 * (1 + step % 5)
        found.append(
            [
                f"[{age}..{age + 12})" if step % 3 else f">= {age}",
                f"<= {amount}" if step % 2 else f"({amount}..{amount + 250_000}]",
                "-" if step % 4 else "true",
                ['"1","2"', 'not("5")', "-", '"3"', "-"][step % 5],
                f">= {20 + step % 9}.5" if step % 3 == 1 else "-",
                f'>= date("2024-{1 + step % 12:02}-01")' if step % 6 == 0 else "-",
                f'"R{step + 1}"',
            ]
        )
    return [*found, ["-"] * 6 + ['"R30"']]


def dmn(rows: list[list[str]]) -> str:
    """The table as a DMN file."""
    types = ["number", "number", "boolean", "string", "number", "date"]
    inputs = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in zip(COLUMNS, types, strict=True)
    )
    entries = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>" for cell in row[:-1])
        + f"<outputEntry><text>{row[-1]}</text></outputEntry></rule>"
        for row in rows
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="b">'
        '<decision id="underwriting" name="underwriting"><decisionTable hitPolicy="FIRST">'
        f'{inputs}<output name="result"/>{entries}</decisionTable></decision></definitions>'
    )


def by_hand(rows: list[list[str]]) -> Callable[[dict[str, Any]], str]:
    """The same rules as the Python a careful programmer would write: one `if` per rule."""
    lines = ["def decide(age, sum_insured, smoker, occupation, bmi, applied_on):"]
    for row in rows:
        tests = [_python(name, cell) for name, cell in zip(COLUMNS, row, strict=False)]
        lines.append(f"    if {' and '.join(filter(None, tests)) or 'True'}: return {row[-1]}")
    source = "\n".join(lines)
    scope: dict[str, Any] = {"D": Decimal, "date": date}
    # Constants are made once, not in every comparison.
    constants = set(re.findall(r"D\('[\d.]+'\)|date\(\d+, \d+, \d+\)", source))
    for number, text in enumerate(sorted(constants)):
        scope[f"k{number}"] = eval(text, scope)  # noqa: S307 -- our own text, nobody's input
        source = source.replace(text, f"k{number}")
    exec(source, scope)  # noqa: S102 -- the same
    return lambda case: str(scope["decide"](**case))


def _python(name: str, cell: str) -> str:
    if cell in ("-", "true"):
        return name if cell == "true" else ""
    if cell.startswith("not("):
        return f"{name} not in ({cell[4:-1]},)"
    if cell.startswith('"'):
        return f"{name} in ({cell},)"
    if "date(" in cell:
        year, month, day = cell.split('"')[1].split("-")
        return f"{name} >= date({year}, {int(month)}, {int(day)})"
    if ".." in cell:
        low, high = cell[1:-1].split("..")
        above = "<=" if cell[0] == "[" else "<"
        below = "<=" if cell[-1] == "]" else "<"
        return f"D('{low}') {above} {name} {below} D('{high}')"
    sign, number = cell.split()
    return f"{name} {sign} D('{number}')"


def cases() -> list[dict[str, Any]]:
    """Cases as the engine's values."""
    chance = random.Random(20250926)  # noqa: S311 -- cases, not secrets
    return [
        {
            "age": Decimal(chance.randint(18, 90)),
            "sum_insured": Decimal(chance.randint(1, 600)) * 1000,
            "smoker": chance.random() < 0.3,
            "occupation": str(chance.randint(1, 6)),
            "bmi": Decimal(chance.randint(160, 380)) / 10,
            "applied_on": date(2024, 1, 1) + timedelta(chance.randint(0, 700)),
        }
        for _ in range(CASES)
    ]


def rate(call: Callable[[Any], Any], given: list[Any]) -> float:
    """Calls a second, best of three rounds."""
    best = 0.0
    for _ in range(3):
        start = perf_counter()
        for case in given:
            call(case)
        best = max(best, len(given) / (perf_counter() - start))
    return best


def main() -> None:
    """Print the rates and their ratio to the compiled table."""
    rows, given = rules(), cases()
    decision = read_decisions(dmn(rows))[0]
    assert isinstance(decision.logic, DecisionTable)
    table = CompiledTable(decision.logic)
    hand = by_hand(rows)
    assert [table(case).value for case in given] == [hand(case) for case in given]

    compiled = rate(table, given)
    whole = rate(lambda case: decide(decision, case), given[:5000])
    written = rate(hand, given)
    print(f"table, compiled           {compiled:>12,.0f} decisions/s   1.00")
    print(f"decide(), inputs read     {whole:>12,.0f} decisions/s   {whole / compiled:.2f}")
    print(f"Python written by hand    {written:>12,.0f} decisions/s   {written / compiled:.2f}")


if __name__ == "__main__":
    main()
