"""What a policy may choose of a product."""

from collections.abc import Sequence

from baocheng.areas.products.definition import Coverage, Product
from baocheng.areas.products.inputs import CoverageTerms
from baocheng.kernel.problems import Problem, Problems
from baocheng.kernel.text import _


class NoCoverage(Problem):
    """A policy without any coverage."""

    code = "products.no_coverage"
    message = _("保单至少须有一项保险责任。")


class CoverageUnknown(Problem):
    """A coverage that the product does not have, or has only once."""

    code = "products.coverage_unknown"
    message = _("产品“{product}”没有“{coverage}”这项责任，或该责任写了两次。")


class TermMissing(Problem):
    """An amount that the policy must choose was not chosen."""

    code = "products.term_missing"
    message = _("责任“{coverage}”须填写{term}。")


class TermRefused(Problem):
    """An amount that the product does not offer."""

    code = "products.term_refused"
    message = _("责任“{coverage}”的{term}不能是 {amount}。")


class TermUnknown(Problem):
    """An amount that the coverage does not ask for."""

    code = "products.term_unknown"
    message = _("责任“{coverage}”没有“{term}”这一金额。")


def check_covers(product: Product, covers: Sequence[CoverageTerms], root: str = "covers") -> None:
    """Refuse coverages and amounts that the product does not offer, naming all of them.

    Raises:
        Problems: the choices are not the product's; fields start with `root`.
    """
    problems: list[Problem] = [] if covers else [NoCoverage(root)]
    seen: set[str] = set()
    for index, terms in enumerate(covers):
        place = f"{root}.{index}"
        coverage = product.coverage_by_key.get(terms.coverage)
        if coverage is None or terms.coverage in seen:
            field = f"{place}.coverage"
            problems.append(CoverageUnknown(field, product=product.name, coverage=terms.coverage))
            continue
        seen.add(terms.coverage)
        problems += _term_problems(coverage, terms, place)
    if problems:
        raise Problems(problems)


def _term_problems(coverage: Coverage, chosen: CoverageTerms, place: str) -> list[Problem]:
    problems: list[Problem] = []
    for name in chosen.amounts:
        if name not in coverage.terms:
            field = f"{place}.amounts.{name}"
            problems.append(TermUnknown(field, coverage=coverage.name, term=name))
    for name, term in coverage.terms.items():
        field, amount = f"{place}.amounts.{name}", chosen.amounts.get(name)
        if amount is None:
            problems.append(TermMissing(field, coverage=coverage.name, term=term.name))
        elif not term.allows(amount):
            problems.append(
                TermRefused(field, coverage=coverage.name, term=term.name, amount=amount)
            )
    return problems
