import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.areas.organisation.enums import BranchLevel
from baocheng.areas.organisation.models import Branch
from baocheng.areas.organisation.operations import close_branch, open_branch, rename_branch
from baocheng.areas.organisation.operations.branches import (
    BranchCode,
    BranchExists,
    BranchInUse,
    BranchIsClosed,
    BranchLevelMisplaced,
)
from baocheng.areas.organisation.permissions import is_within
from baocheng.areas.organisation.queries import (
    BranchNode,
    UnknownBranch,
    branch_names,
    branch_tree,
    get_branch,
)
from baocheng.engine.journal.queries import events_of, sentence
from baocheng.engine.streams import Actor
from baocheng.kernel.problems import NotPermitted, Problem

from .conftest import ADMINISTRATOR, LATER, Company

CODES = st.from_regex(r"[0-9]{1,3}", fullmatch=True)
PATHS = st.lists(CODES, min_size=1, max_size=4).map("/".join)


def test_open_branch_gives_it_a_path_below_its_parent(company: Company) -> None:
    assert company.dongcheng.path == "1/110/110101"
    assert [sentence(row) for row in events_of(company.dongcheng.stream)] == [
        "系统 设立机构 东城支公司（110101）"
    ]


@pytest.mark.parametrize(
    ("code", "parent", "level", "problem"),
    [
        ("11A", "1", BranchLevel.LOCAL, BranchCode),
        ("123456789", "1", BranchLevel.LOCAL, BranchCode),
        ("2", None, BranchLevel.LOCAL, BranchLevelMisplaced),
        ("2", "1", BranchLevel.HEAD_OFFICE, BranchLevelMisplaced),
        ("110", "1", BranchLevel.PROVINCIAL, BranchExists),
    ],
)
def test_open_branch_refuses_what_does_not_fit_the_tree(
    company: Company, code: str, parent: str | None, level: BranchLevel, problem: type[Problem]
) -> None:
    with pytest.raises(problem):
        open_branch(
            code=code,
            name="多余",
            parent=get_branch(parent) if parent else None,
            level=level,
            by=ADMINISTRATOR,
            at=LATER,
        )

    assert not Branch.objects.filter(name="多余").exists()


def test_open_branch_outside_of_ones_own_branch_is_refused(company: Company) -> None:
    from_beijing = Actor(id="staff:x", branch="1/110", permissions=ADMINISTRATOR.permissions)

    with pytest.raises(NotPermitted):
        open_branch(
            code="310101",
            name="黄浦支公司",
            parent=company.shanghai,
            level=BranchLevel.LOCAL,
            by=from_beijing,
            at=LATER,
        )


def test_rename_branch_keeps_code_and_path(company: Company) -> None:
    rename_branch(branch=company.shanghai, name="上海市分公司", by=ADMINISTRATOR, at=LATER)

    renamed = get_branch("310")
    assert (renamed.name, renamed.path) == ("上海市分公司", "1/310")
    assert sentence(events_of(renamed.stream)[-1]) == "系统 将机构 上海分公司 更名为 上海市分公司"


def test_close_branch_with_staff_or_branches_below_is_refused(company: Company) -> None:
    for branch in company.dongcheng, company.head_office:
        with pytest.raises(BranchInUse):
            close_branch(branch=branch, by=ADMINISTRATOR, at=LATER)

        assert get_branch(branch.code).is_open


def test_closed_branch_leaves_the_tree_and_takes_nothing_more(company: Company) -> None:
    close_branch(branch=company.shanghai, by=ADMINISTRATOR, at=LATER)

    assert branch_tree() == [
        BranchNode(
            company.head_office,
            [BranchNode(company.beijing, [BranchNode(company.dongcheng)])],
        )
    ]
    with pytest.raises(BranchIsClosed):
        open_branch(
            code="310101",
            name="黄浦支公司",
            parent=company.shanghai,
            level=BranchLevel.LOCAL,
            by=ADMINISTRATOR,
            at=LATER,
        )


def test_get_branch_names_the_code_it_does_not_know(company: Company) -> None:
    with pytest.raises(UnknownBranch, match="“999”"):
        get_branch("999")


def test_branch_names_by_path(company: Company) -> None:
    assert branch_names(["1/310", "1/310", "1/9"]) == {"1/310": "上海分公司"}


def test_is_within_compares_whole_codes() -> None:
    assert is_within("1/110/110101", "1/110")
    assert is_within("1/110", "1/110")
    assert not is_within("1/1101", "1/110")
    assert not is_within("1", "1/110")
    assert not is_within("1", "")


@given(PATHS, PATHS)
def test_is_within_agrees_with_the_ancestors(branch: str, scope: str) -> None:
    codes = branch.split("/")
    ancestors = ["/".join(codes[:length]) for length in range(1, len(codes) + 1)]

    assert is_within(branch, scope) is (scope in ancestors)
