"""Read claims."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from baocheng.areas.claims import permissions
from baocheng.areas.claims.models import CalculationRecord, Claim, ClaimLine
from baocheng.areas.claims.models.file import ClaimFile
from baocheng.areas.policies import queries as policies
from baocheng.areas.products.definition import Product
from baocheng.engine.publishing import versions
from baocheng.engine.streams import Actor
from baocheng.engine.unit import opened
from baocheng.kernel.problems import NotFound, NotPermitted

_FILES = "claims.files"


def remember(file: ClaimFile) -> None:
    """Let the open unit work on this very object."""
    writing = opened()
    if writing is not None:
        writing.memo.setdefault(_FILES, {})[file.claim.id] = file


def load_files(ids: Collection[UUID]) -> dict[UUID, ClaimFile]:
    """Return these claims with lines, cover and calculations, in a handful of statements."""
    writing = opened()
    known: dict[UUID, ClaimFile] = writing.memo.get(_FILES, {}) if writing else {}
    missing = [id for id in ids if id not in known]
    files = _read(missing) if missing else {}
    for file in files.values():
        remember(file)
    return {id: known.get(id) or files[id] for id in ids if id in known or id in files}


def get_file(id: UUID) -> ClaimFile:
    """Return one claim with everything.

    Raises:
        NotFound: there is none.
    """
    file = load_files([id]).get(id)
    if file is None:
        raise NotFound("claim")
    return file


def _read(ids: Collection[UUID]) -> dict[UUID, ClaimFile]:
    files = {
        claim.id: ClaimFile(claim, _product_of(claim)) for claim in Claim.objects.filter(pk__in=ids)
    }
    rest = _Rest(files)
    for file in files.values():
        file.rest = rest
    return files


def _product_of(claim: Claim) -> Product | None:
    if claim.handbook_version is None:
        return None
    return versions.handbook(claim.handbook_version).find("product", claim.product)


class _Rest:
    """Reads the parts of files that were read together, each part for all of them at once."""

    def __init__(self, files: Mapping[UUID, ClaimFile]) -> None:
        self._files = files

    def read_lines(self) -> None:
        lines: dict[UUID, list[ClaimLine]] = {id: [] for id in self._files}
        rows = ClaimLine.objects.filter(claim_id__in=list(self._files))
        for row in rows.order_by("claim_id", "place"):
            lines[row.claim_id].append(row)
        for id, file in self._files.items():
            if file.known_lines is None:
                file.known_lines = lines[id]

    def read_calculations(self) -> None:
        records: dict[UUID, list[CalculationRecord]] = {id: [] for id in self._files}
        rows = CalculationRecord.objects.filter(claim_id__in=list(self._files))
        for row in rows.order_by("claim_id", "sequence"):
            records[row.claim_id].append(row)
        for id, file in self._files.items():
            if file.known_calculations is None:
                file.known_calculations = records[id]

    def read_covers(self) -> None:
        asked = {
            id: (file.claim.policy_id, file.claim.loss_at, file.claim.known_at)
            for id, file in self._files.items()
            if file.claim.policy_id
        }
        covers = policies.covers_at(list(asked.values())) if asked else {}
        for id, file in self._files.items():
            if file.known_cover is None:
                file.cover = covers.get(asked[id]) if id in asked else None


def get_claim_for(actor: Actor, number: str) -> Claim:
    """Return the claim with this number, for somebody who may see it.

    Raises:
        NotFound: there is none, or `actor` may not know of it.
    """
    claim = Claim.objects.filter(number=number).first()
    if claim is None:
        raise NotFound("number")
    permissions.require_read(actor, claim)
    return claim


def list_claims_for(actor: Actor) -> QuerySet[Claim]:
    """Return the claims that `actor` may see, newest first."""
    if not actor.may(permissions.READ):
        raise NotPermitted
    scope = Q(branch=actor.branch) | Q(branch__startswith=f"{actor.branch}/")
    return Claim.objects.filter(scope, number__isnull=False).order_by("-id")


def search_claims_for(actor: Actor, text: str, limit: int = 20) -> Sequence[Claim]:
    """Return claims by number, policy number or the beginning of the insured's name."""
    found = list_claims_for(actor).filter(
        Q(number=text) | Q(policy_number=text) | Q(insured_name__startswith=text)
    )
    return list(found[:limit])


def claims_of_policy(policy_id: UUID, *, since: datetime | None = None) -> Sequence[Claim]:
    """Return the claims on a policy, latest loss first."""
    found = Claim.objects.filter(policy_id=policy_id, number__isnull=False)
    if since is not None:
        found = found.filter(loss_at__gte=since)
    return list(found.order_by("-loss_at")[:200])


def find_by_sources(sources: Collection[str]) -> Mapping[str, Claim]:
    """Return the claims that were imported from these rows, by source; others are left out."""
    found = Claim.objects.filter(source__in=sources)
    return {claim.source: claim for claim in found if claim.source}
