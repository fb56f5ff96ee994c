"""Files to the bank (支付文件) and from it (回盘)."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from baocheng.areas.billing import permissions
from baocheng.areas.billing.enums import PaymentState
from baocheng.areas.billing.events import AcknowledgementRecorded, PaymentFileMade, PaymentSent
from baocheng.areas.billing.models import Acknowledgement, PaymentFile, PaymentInstruction
from baocheng.areas.billing.operations.payments import give_back, settle
from baocheng.areas.customers.queries import PaymentDetails, accounts_of_parties, payment_details
from baocheng.areas.organisation.permissions import require
from baocheng.engine.journal.record import record
from baocheng.engine.numbering import next_numbers
from baocheng.engine.streams import Actor, Stream
from baocheng.engine.unit import current, refuse_on, unit
from baocheng.kernel.ids import new_id
from baocheng.kernel.money import ZERO, parse_amount
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

FILE_COLUMNS = ("number", "holder", "bank", "account", "amount")
ACKNOWLEDGEMENT_COLUMNS = ("number", "amount", "result", "reason")
TOTAL = "TOTAL"


class NothingToPay(Problem):
    """No payment waits, or none has an account."""

    code = "billing.nothing_to_pay"
    message = _("没有可以送银行的付款。")


class AcknowledgementUnreadable(Problem):
    """Not a file of the agreed form."""

    code = "billing.acknowledgement_unreadable"
    message = _("回盘文件格式不对：应为含 number、amount、result、reason 四列的 CSV。")


class AcknowledgementRepeated(Conflict):
    """The same file at the same time."""

    code = "billing.acknowledgement_repeated"
    message = _("该回盘文件正在或已经导入。")


refuse_on("billing_acknowledgement_sha256_key", AcknowledgementRepeated)


class MadeFile(NamedTuple):
    """A payment file, and the payments left out of it because they have no account."""

    file: PaymentFile
    without_account: Sequence[PaymentInstruction]


def make_payment_file(*, by: Actor, at: datetime, count_max: int = 10_000) -> MadeFile:
    """Put the payments that wait at the actor's branch and below into one file for the bank.

    Payments that another file is being made of at this moment are left to it.

    Raises:
        NotPermitted: `by` may not make payment files.
        NothingToPay: no payment with an account waits.
    """
    require(by, permissions.MAKE_FILE)
    with unit() as writing:
        writing.flush()
        within = Q(branch=by.branch) | Q(branch__startswith=f"{by.branch}/")
        waiting = PaymentInstruction.objects.select_related("payable").filter(
            within, state=PaymentState.INSTRUCTED
        )
        rows = list(
            waiting.order_by("id").select_for_update(of=("self",), skip_locked=True)[:count_max]
        )
        _give_accounts([row for row in rows if row.account_id is None])
        details = payment_details({row.account_id for row in rows if row.account_id})
        sent = [row for row in rows if row.account_id in details]
        if not sent:
            raise NothingToPay
        file = _file(sent, details, by, at)
        writing.add(file)
        for row in sent:
            row.file, row.state, row.sent_at = file, PaymentState.SENT, at
            writing.change(row, "number", "file", "state", "sent_at")
            assert row.number is not None
            event = PaymentSent(instruction_id=row.id, number=row.number, amount=row.amount)
            record(event, stream=row.payable.stream, by=by, at=at)
        made = PaymentFileMade(
            count=file.count, total_amount=file.total_amount, content_hash=file.sha256
        )
        record(made, stream=Stream("payment_file", file.id), by=by, at=at)
    return MadeFile(file, [row for row in rows if row.account_id not in details])


def _give_accounts(rows: Sequence[PaymentInstruction]) -> None:
    """Let payments instructed before the payee had an account go to the latest one."""
    if not rows:
        return
    accounts = accounts_of_parties({row.payable.payee_id for row in rows})
    latest = {account.party_id: account.id for account in accounts}
    for row in rows:
        if row.payable.payee_id in latest:
            row.account_id = latest[row.payable.payee_id]
            current().change(row, "account_id")


def _file(
    rows: Sequence[PaymentInstruction],
    details: Mapping[UUID, PaymentDetails],
    by: Actor,
    at: datetime,
) -> PaymentFile:
    code = by.branch.rpartition("/")[2]
    numbers = next_numbers("Y", branch=code, on=business_date(at), count=len(rows))
    total = sum((row.amount for row in rows), ZERO)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(FILE_COLUMNS)
    for row, number in zip(rows, numbers, strict=True):
        row.number = number
        assert row.account_id is not None
        payee = details[row.account_id]
        writer.writerow([number, payee.holder, payee.bank, payee.number, row.amount])
    writer.writerow([TOTAL, "", "", len(rows), total])
    content = text.getvalue()
    return PaymentFile(
        id=new_id(),
        branch=by.branch,
        made_at=at,
        made_by=by.id,
        count=len(rows),
        total_amount=total,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of one row of an acknowledgement; `problem` is empty where it was taken."""

    row: int
    number: str
    problem: str = ""


def record_acknowledgement(*, text: str, by: Actor, at: datetime) -> Sequence[RowResult]:
    """Take what the bank says of payments, each row on its own.

    A row that says what is known already changes nothing, so the same file may come again.

    Raises:
        NotPermitted: `by` may not record acknowledgements.
        AcknowledgementUnreadable: the file has not the agreed form.
    """
    require(by, permissions.ACKNOWLEDGE)
    rows = _read(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with unit() as writing:
        writing.flush()
        numbers = [row["number"] for row in rows]
        found = PaymentInstruction.objects.select_related("payable").filter(number__in=numbers)
        known = {
            instruction.number: instruction
            for instruction in found.order_by("id").select_for_update(of=("self",))
        }
        counts: Counter[str] = Counter()
        results = []
        for place, row in enumerate(rows, start=2):
            problem = _take(row, known.get(row["number"]), by, at)
            counts["REFUSED" if problem else row["result"]] += 1
            results.append(RowResult(row=place, number=row["number"], problem=problem))
        if not Acknowledgement.objects.filter(sha256=digest).exists():
            _keep(digest, counts, by, at)
    return results


def _read(text: str) -> Sequence[Mapping[str, str]]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    if set(ACKNOWLEDGEMENT_COLUMNS) - set(reader.fieldnames or ()):
        raise AcknowledgementUnreadable("file")
    return [{name: (row[name] or "").strip() for name in ACKNOWLEDGEMENT_COLUMNS} for row in reader]


def _take(
    row: Mapping[str, str], instruction: PaymentInstruction | None, by: Actor, at: datetime
) -> str:
    """Apply one row and return why it cannot be taken, or nothing."""
    problem = next(_row_problems(row, instruction), "")
    if problem:
        return problem
    assert instruction is not None
    if row["result"] == instruction.state:
        return ""
    if row["result"] == PaymentState.PAID:
        settle(instruction, by=by, at=at)
    else:
        give_back(instruction, row["reason"], by=by, at=at)
    return ""


def _row_problems(row: Mapping[str, str], instruction: PaymentInstruction | None) -> Iterator[str]:
    if instruction is None:
        yield _("没有这笔付款。")
        return
    if _amount(row["amount"]) != instruction.amount:
        yield _("金额与支付指令不符。")
    if row["result"] not in (PaymentState.PAID, PaymentState.RETURNED):
        yield _("结果应为 PAID 或 RETURNED。")
    if row["result"] == PaymentState.RETURNED and not row["reason"]:
        yield _("退回须写明原因。")
    if instruction.state == PaymentState.RETURNED and row["result"] == PaymentState.PAID:
        yield _("该笔付款已经退回，不能再作支付成功。")


def _amount(text: str) -> Decimal | None:
    try:
        return parse_amount(text)
    except Problem:
        return None


def _keep(digest: str, counts: Mapping[str, int], by: Actor, at: datetime) -> None:
    kept = Acknowledgement(
        sha256=digest,
        recorded_at=at,
        recorded_by=by.id,
        paid_count=counts[PaymentState.PAID],
        returned_count=counts[PaymentState.RETURNED],
        refused_count=counts["REFUSED"],
    )
    current().add(kept)
    event = AcknowledgementRecorded(
        paid_count=kept.paid_count,
        returned_count=kept.returned_count,
        refused_count=kept.refused_count,
        content_hash=digest,
    )
    record(event, stream=Stream("acknowledgement", kept.id), by=by, at=at)
