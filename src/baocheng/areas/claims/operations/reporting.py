"""Take a loss report (报案) and open its claim."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from baocheng.areas.claims import permissions, queries
from baocheng.areas.claims.enums import Channel, ClaimState, CoverStatus, Kind
from baocheng.areas.claims.events import ClaimReported, PolicyMatched
from baocheng.areas.claims.models import Claim
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.claims.operations.assessment import lock_totals
from baocheng.areas.claims.operations.documenting import (
    ClaimClosedAlready,
    work_out_documents,
)
from baocheng.areas.claims.operations.lines import (
    ReportedLine,
    claimed_invoices,
    repeated_invoices,
    rows_of,
    together,
    unknown_heads,
    wrong_lines,
)
from baocheng.areas.customers.queries import accounts_of_parties, parties_by_ids
from baocheng.areas.policies import queries as policies
from baocheng.areas.policies.bitemporal import Cover
from baocheng.engine.journal.record import record
from baocheng.engine.numbering import next_numbers
from baocheng.engine.processes.operations import NewInstance, start_processes
from baocheng.engine.publishing import versions
from baocheng.engine.streams import Actor
from baocheng.engine.unit import current, refuse_on, unit
from baocheng.kernel.identifiers import business_number
from baocheng.kernel.identifiers.spelling import compact
from baocheng.kernel.ids import new_id
from baocheng.kernel.money import ZERO
from baocheng.kernel.problems import Conflict, Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import business_date

PROCESSES = {Kind.CLAIM: "claim_handling", Kind.RECOVERY: "claim_recovery"}


class LossInFuture(Problem):
    """The loss is said to happen later than now."""

    code = "claims.loss_in_future"
    message = _("出险时间不能晚于现在，请核对。")


class ReporterMissing(Problem):
    """Nobody to talk to."""

    code = "claims.reporter_missing"
    message = _("请填写报案人姓名。")


class PolicyOrPersonMissing(Problem):
    """Neither a policy nor a person."""

    code = "claims.policy_or_person_missing"
    message = _("请填写保单号或被保险人姓名，两者至少填一项。")


class UnknownPolicy(Problem):
    """No policy has this number."""

    code = "claims.unknown_policy"
    message = _(
        "没有找到保单 {number}。请核对保单号；客户手边没有保单时，可以只填被保险人先行受理。"
    )


class UnknownParty(Problem):
    """The insured or the payee is nobody on record."""

    code = "claims.unknown_party"
    message = _("没有找到所指的被保险人或收款人，请先登记客户。")


class NothingRecovered(Problem):
    """A recovery without money."""

    code = "claims.nothing_recovered"
    message = _("追偿须写明收到的金额。")


class PolicyMatchedAlready(Conflict):
    """The claim runs on a policy that covers the loss."""

    code = "claims.policy_matched_already"
    message = _("赔案已核实到保单 {number}，不能再改。")


class AlreadyImported(Conflict):
    """The source row became a claim before."""

    code = "claims.already_imported"
    message = _("该来源记录已经导入过。")


refuse_on("claims_claim_source_key", AlreadyImported)


@dataclass(frozen=True, kw_only=True)
class LossReport:
    """A loss report (报案): a policy or a person, when it happened, and who reports it.

    `source` names the row it was imported from; the same source is never taken twice.
    """

    loss_at: datetime
    reporter_name: str
    policy_number: str = ""
    insured_name: str = ""
    insured_id: UUID | None = None
    reporter_contact: str = ""
    channel: Channel = Channel.PHONE
    kind: Kind = Kind.CLAIM
    cause: str = ""
    loss_place: str = ""
    description: str = ""
    by_accident: bool = False
    fault_ratio: Decimal | None = None
    disability_grades: Sequence[int] = ()
    lines: Sequence[ReportedLine] = ()
    documents: Sequence[str] = ()
    payee_id: UUID | None = None
    reported_at: datetime | None = None
    source: str | None = None


def report_claim(*, report: LossReport, by: Actor, at: datetime) -> Claim:
    """Take one report, open its claim and let the process begin.

    Raises:
        Problems: what is wrong with the report, all of it.
        InvoiceAlreadyClaimed: an invoice belongs to another claim.
    """
    (answer,) = report_claims(reports=[report], by=by, at=at)
    if isinstance(answer, Problem):
        raise answer
    return answer


def report_claims(
    *, reports: Sequence[LossReport], by: Actor, at: datetime
) -> list[Claim | Problem]:
    """Take many reports in one transaction; a refused one becomes its problem, the rest go on."""
    for kind in {report.kind for report in reports}:
        permissions.require(
            by, permissions.RECOVER if kind == Kind.RECOVERY else permissions.REPORT
        )
    with unit():
        numbers = [compact(one.policy_number) for one in reports]
        found = policies.find_by_numbers(set(numbers) - {""})
        wanted = [
            (found[number].id, one.loss_at, at)
            for number, one in zip(numbers, reports, strict=True)
            if number in found
        ]
        covers = policies.covers_at(wanted)
        claimed = claimed_invoices(line for one in reports for line in one.lines)
        strangers = _strangers(reports)
        answers: list[Claim | Problem] = []
        files: list[ClaimFile] = []
        for number, report in zip(numbers, reports, strict=True):
            policy = found.get(number)
            cover = covers.get((policy.id, report.loss_at, at)) if policy else None
            problems = [
                *_faults(report, policy is not None, at),
                *repeated_invoices(report.lines, claimed),
                *_unknown_parties(report, strangers),
            ]
            if problems:
                answers.append(together(problems))
                continue
            file = _open_file(report, policy, cover, by, at)
            wrong = list(unknown_heads(file.product, file.lines))
            if wrong:
                answers.append(together(wrong))
                continue
            claimed.update(line.invoice for line in file.lines if line.invoice)
            files.append(file)
            answers.append(file.claim)
        _number(files, at)
        _choose_accounts(files)
        for file in files:
            _write(file, by, at)
        # Before the processes begin: all claims of the batch in one order, see `lock_totals`.
        lock_totals(file for file in files if _may_decide_itself(file))
        start_processes(
            [NewInstance(PROCESSES[Kind(file.claim.kind)], file.stream) for file in files],
            by=by,
            at=at,
        )
    return answers


def _faults(report: LossReport, is_policy_known: bool, at: datetime) -> Iterable[Problem]:
    if report.loss_at > at:
        yield LossInFuture("loss_at")
    if not report.reporter_name.strip():
        yield ReporterMissing("reporter_name")
    if report.policy_number and not is_policy_known:
        yield _not_found(report.policy_number)
    if not (report.policy_number or report.insured_name.strip() or report.insured_id):
        yield PolicyOrPersonMissing("policy_number", "insured_name")
    if report.kind == Kind.RECOVERY and not any(line.amount for line in report.lines):
        yield NothingRecovered("lines")
    yield from wrong_lines(report.lines, at)


def _not_found(number: str) -> Problem:
    """Return why there is no policy of this number: it is mistyped, or nobody has it."""
    try:
        business_number.parse(number, field="policy_number")
    except Problem as problem:
        return problem
    return UnknownPolicy("policy_number", number=number)


def _strangers(reports: Iterable[LossReport]) -> set[UUID]:
    """Return who is named in these reports by an id that is nobody's."""
    named = {id for one in reports for id in (one.insured_id, one.payee_id) if id is not None}
    return named - parties_by_ids(named).keys() if named else set()


def _unknown_parties(report: LossReport, strangers: Container[UUID]) -> Iterable[Problem]:
    for name, id in (("insured_id", report.insured_id), ("payee_id", report.payee_id)):
        if id is not None and id in strangers:
            yield UnknownParty(name)


def _open_file(
    report: LossReport,
    policy: policies.PolicyRef | None,
    cover: Cover | None,
    by: Actor,
    at: datetime,
) -> ClaimFile:
    reported_at = report.reported_at or at
    claim = Claim(
        id=new_id(),
        kind=report.kind,
        state=ClaimState.REPORTED,
        branch=policy.branch if policy else by.branch,
        channel=report.channel,
        source=report.source,
        insured_id=report.insured_id,
        insured_name=report.insured_name,
        payee_id=report.payee_id,
        loss_at=report.loss_at,
        loss_place=report.loss_place,
        cause=report.cause,
        description=report.description,
        by_accident=report.by_accident,
        fault_ratio=report.fault_ratio,
        disability_grades=list(report.disability_grades),
        reporter_name=report.reporter_name,
        reporter_contact=report.reporter_contact,
        reported_at=reported_at,
        known_at=at,
        reported_by=by.id,
        received_documents=sorted(set(report.documents)),
    )
    lines = rows_of(claim, report.lines)
    claim.claimed_amount = sum((line.amount for line in lines if line.amount), ZERO)
    file = ClaimFile(claim)
    file.known_lines, file.known_calculations = lines, []
    file.cover = None
    if policy is not None:
        _attach(file, policy, cover)
    return file


def _attach(file: ClaimFile, policy: policies.PolicyRef, cover: Cover | None) -> None:
    """Tie a claim to its policy and the cover at the moment of loss, as known at the report."""
    claim = file.claim
    claim.policy_id, claim.policy_number = policy.id, policy.number
    claim.product, claim.handbook_version = policy.product, policy.handbook_version
    file.product = versions.handbook(policy.handbook_version).get("product", policy.product)
    claim.product_name = file.product.name
    claim.cover_status = CoverStatus.IN_FORCE if cover else CoverStatus.IN_QUESTION
    file.cover = cover
    if cover and claim.insured_id is None and len(cover.insureds) == 1:
        claim.insured_id = cover.insureds[0].party_id
        claim.insured_name = claim.insured_name or cover.insureds[0].name
    claim.payee_id = claim.payee_id or claim.insured_id or policy.holder_id


def _number(files: Sequence[ClaimFile], at: datetime) -> None:
    by_branch: dict[str, list[ClaimFile]] = {}
    for file in files:
        by_branch.setdefault(file.claim.branch, []).append(file)
    for branch, opened in by_branch.items():
        code = branch.rpartition("/")[2]
        numbers = next_numbers("C", branch=code, on=business_date(at), count=len(opened))
        for file, number in zip(opened, numbers, strict=True):
            file.claim.number = number


def _choose_accounts(files: Sequence[ClaimFile]) -> None:
    """Take each payee's latest account, where one is on record."""
    payees = {file.claim.payee_id for file in files if file.claim.payee_id}
    latest = {account.party_id: account.id for account in accounts_of_parties(payees)}
    for file in files:
        if file.claim.payee_id:
            file.claim.payee_account_id = latest.get(file.claim.payee_id)


def _may_decide_itself(file: ClaimFile) -> bool:
    product = file.product
    return product is not None and file.claim.claimed_amount <= product.fast_lane_amount


def _write(file: ClaimFile, by: Actor, at: datetime) -> None:
    claim = file.claim
    current().add(claim)
    for line in file.lines:
        current().add(line)
    queries.remember(file)
    assert claim.number
    record(
        ClaimReported(
            number=claim.number,
            kind=claim.kind,
            line=file.product.insurance_class.value if file.product else "",
            channel=claim.channel,
            loss_at=claim.loss_at,
            cover_status=claim.cover_status,
            claimed_amount=claim.claimed_amount,
        ),
        stream=claim.stream,
        by=by,
        at=claim.reported_at,
    )


def match_policy(*, claim_id: UUID, policy_number: str, by: Actor, at: datetime) -> Claim:
    """Tie a claim to its policy (核实保单), while none is known that covers the loss.

    Raises:
        ClaimClosedAlready: nothing is changed any more.
        PolicyMatchedAlready: it runs on a policy already.
        UnknownPolicy, BusinessNumberFormat, BusinessNumberCheckDigit: there is no such policy.
        Problems: the policy's product does not know what is claimed.
    """
    permissions.require(by, permissions.HANDLE)
    with unit() as writing:
        file = queries.get_file(claim_id)
        permissions.require_read(by, file.claim)
        if file.claim.state == ClaimState.CLOSED:
            raise ClaimClosedAlready
        if file.claim.cover_status == CoverStatus.IN_FORCE:
            raise PolicyMatchedAlready(number=file.claim.policy_number)
        policy = policies.find_by_numbers({compact(policy_number)}).get(compact(policy_number))
        if policy is None:
            raise _not_found(policy_number)
        place = (policy.id, file.claim.loss_at, file.claim.known_at)
        _attach(file, policy, policies.covers_at([place]).get(place))
        wrong = list(unknown_heads(file.product, file.lines))
        if wrong:
            raise together(wrong)
        _choose_accounts([file])
        writing.change(
            file.claim,
            *("policy_id", "policy_number", "product", "product_name", "handbook_version"),
            *("cover_status", "insured_id", "insured_name", "payee_id", "payee_account_id"),
        )
        if not file.claim.documents_complete:
            work_out_documents(file, versions.handbook_at(at))
        assert file.product is not None, "a policy has its product"
        record(
            PolicyMatched(
                policy_number=policy.number,
                cover_status=file.claim.cover_status,
                line=file.product.insurance_class.value,
            ),
            stream=file.stream,
            by=by,
            at=at,
        )
    return file.claim
