"""What is claimed, line by line: taken with the report, or added from the documents later."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from baocheng.areas.claims.events import LinesAdded
from baocheng.areas.claims.models import Claim, ClaimLine
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.claims.models.line import INVOICE_LENGTH_MAX
from baocheng.areas.products.definition import Product
from baocheng.areas.products.enums import Payer
from baocheng.engine.journal.record import record
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current, refuse_on
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.money import ZERO, InvalidAmount, parse_amount
from baocheng.kernel.problems import Conflict, Problem, Problems
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date


class UnknownHead(Problem):
    """A line of a kind that the product does not know."""

    code = "claims.unknown_head"
    message = _("产品“{product}”没有“{head}”这一项目，可选：{heads}。")


class LineAfterToday(Problem):
    """An expense that has not happened yet."""

    code = "claims.line_in_future"
    message = _("第 {place} 行的发生日期不能晚于今天。")


class InvoiceRepeated(Problem):
    """The same invoice twice in one report."""

    code = "claims.invoice_repeated"
    message = _("票据号 {invoice} 在本次报案中出现了两次。")


class InvoiceAlreadyClaimed(Conflict):
    """The invoice belongs to another claim."""

    code = "claims.invoice_already_claimed"
    message = _("有票据已在其他赔案中申请，同一票据不能重复索赔；请核对票据号。")


class InvoiceTooLong(Problem):
    """An invoice number that is none."""

    code = "claims.invoice_too_long"
    message = _("票据号过长，请核对；最多 {bound} 个字。")


refuse_on("claims_line_invoice", InvoiceAlreadyClaimed)


@dataclass(frozen=True, kw_only=True)
class ReportedLine:
    """An expense, damage or benefit as it was reported; a benefit has no amount of its own."""

    head: str
    incurred_on: date
    amount: Decimal | None = None
    description: str = ""
    days: int = 0
    items: int = 1
    hospital_level: str = ""
    social_insurance_used: bool = False
    other_paid: Mapping[Payer, Decimal] = field(default_factory=dict)
    ineligible_amount: Decimal = ZERO
    invoice: str = ""


def reported_line(answers: Mapping[str, Any]) -> ReportedLine:
    """Return a line as a form asked for it."""
    paid = answers.get("social_insurance_paid")
    return ReportedLine(
        head=answers["head"],
        incurred_on=answers["incurred_on"],
        amount=answers.get("amount"),
        description=answers.get("description") or "",
        days=answers.get("days") or 0,
        hospital_level=answers.get("hospital_level") or "",
        social_insurance_used=bool(paid),
        other_paid={Payer.SOCIAL_INSURANCE: paid} if paid else {},
        invoice=answers.get("invoice") or "",
    )


def add_lines(file: ClaimFile, lines: Sequence[ReportedLine], *, by: Actor, at: datetime) -> None:
    """Add what the documents show to a claim (补录明细); what was reported stays as it is.

    Raises:
        Problem, Problems: what is wrong with the lines, all of it.
    """
    claim = file.claim
    problems = [
        *wrong_lines(lines, at),
        *repeated_invoices(lines, claimed_invoices(lines)),
    ]
    if problems:
        raise together(problems)
    rows = rows_of(claim, lines, after=len(file.lines))
    wrong = list(unknown_heads(file.product, rows))
    if wrong:
        raise together(wrong)
    file.known_lines = [*file.lines, *rows]
    for row in rows:
        current().add(row)
    added = sum((row.amount for row in rows if row.amount), ZERO)
    claim.claimed_amount += added
    current().change(claim, "claimed_amount")
    event = LinesAdded(count=len(rows), amount=added, claimed_amount=claim.claimed_amount)
    record(event, stream=file.stream, by=by, at=at)


def rows_of(claim: Claim, lines: Sequence[ReportedLine], after: int = 0) -> list[ClaimLine]:
    """Return the rows of these lines, numbered on from `after`."""
    return [
        ClaimLine(
            claim_id=claim.id,
            place=place,
            head=line.head,
            description=line.description,
            incurred_on=line.incurred_on,
            amount=line.amount,
            days=line.days,
            items=line.items,
            hospital_level=line.hospital_level,
            social_insurance_used=line.social_insurance_used,
            other_paid={payer.value: str(paid) for payer, paid in line.other_paid.items()},
            ineligible_amount=line.ineligible_amount,
            invoice=compact(line.invoice) or None,
        )
        for place, line in enumerate(lines, after + 1)
    ]


def wrong_lines(lines: Sequence[ReportedLine], at: datetime) -> Iterable[Problem]:
    """Yield what is wrong with the lines by themselves."""
    today = business_date(at)
    for place, line in enumerate(lines):
        if line.incurred_on > today:
            yield LineAfterToday(f"lines.{place}.incurred_on", place=place + 1)
        yield from _wrong_amounts(line, f"lines.{place}")


def _wrong_amounts(line: ReportedLine, path: str) -> Iterable[Problem]:
    given = {"amount": line.amount, "ineligible_amount": line.ineligible_amount}
    given |= {f"other_paid.{payer.value}": paid for payer, paid in line.other_paid.items()}
    for name, amount in given.items():
        if amount is not None:
            try:
                parse_amount(amount, f"{path}.{name}")
            except InvalidAmount as problem:
                yield problem


def claimed_invoices(lines: Iterable[ReportedLine]) -> set[str]:
    """Return which of the invoices of these lines some claim holds already."""
    brought = {compact(line.invoice) for line in lines} - {""}
    if not brought:
        return set()
    held = ClaimLine.objects.filter(invoice__in=brought, holds_invoice=True)
    return {invoice for invoice in held.values_list("invoice", flat=True) if invoice}


def repeated_invoices(lines: Sequence[ReportedLine], claimed: Container[str]) -> Iterable[Problem]:
    """Yield invoices that come twice, or that are claimed elsewhere."""
    seen = set[str]()
    for place, line in enumerate(lines):
        invoice, path = compact(line.invoice), f"lines.{place}.invoice"
        if len(invoice) > INVOICE_LENGTH_MAX:
            yield InvoiceTooLong(path, bound=INVOICE_LENGTH_MAX)
        elif invoice and invoice in seen:
            yield InvoiceRepeated(path, invoice=line.invoice)
        elif invoice in claimed:
            yield InvoiceAlreadyClaimed(path)
        seen.add(invoice)


def unknown_heads(product: Product | None, lines: Iterable[ClaimLine]) -> Iterable[Problem]:
    """Yield lines of a kind that the product does not know."""
    for place, line in enumerate(lines if product else ()):
        if product and line.head not in product.heads:
            names = "、".join(product.heads.values())
            yield UnknownHead(
                f"lines.{place}.head", product=product.name, head=line.head, heads=names
            )


def together(problems: list[Problem]) -> Problem:
    """Return several problems as one."""
    return problems[0] if len(problems) == 1 else Problems(problems)
