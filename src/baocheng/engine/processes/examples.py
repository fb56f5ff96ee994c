"""The examples beside a process (`x.cases.json` beside `x.bpmn`), run by every check.

One example is one case told as a story: the facts it begins with, what happens to it in order,
and the path that it must take. Steps do nothing but what the example says; decisions are made by
the handbook's own tables unless the example answers for them.

    [{"case": "资料齐全的小额案件", "facts": {"documents_complete": true},
      "decisions": {"claim_triage": {"track": "SIMPLE"}},
      "after": {"calculate_benefit": {"payable_amount": 800}},
      "events": ["payment_confirmed", {"at": "visit_customer", "facts": {"satisfied": true}}],
      "path": ["register_claim", "triage_claim", "calculate_benefit", "claim_closed"],
      "waits_at": []}]

An event names the element where it happens: a human task that is completed, a message or timer
that occurs. `path` lists what was done in order, without gateways and the start; `waits_at` where
the case stands in the end, nothing when it is over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from baocheng.engine.decisions.decide import decide_on_facts
from baocheng.engine.decisions.feel import compile_expression
from baocheng.engine.decisions.feel.temporal import parse_date, parse_date_and_time
from baocheng.engine.processes.interpreter import (
    Execution,
    InstanceState,
    Token,
    TokenState,
)
from baocheng.engine.processes.model import Flow, Node, NodeType, Process
from baocheng.engine.processes.results import shaped
from baocheng.engine.processes.timers import due_at
from baocheng.engine.publishing.findings import Finding
from baocheng.engine.publishing.handbook import Handbook, nearest
from baocheng.engine.publishing.kinds import SourceFile
from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _
from baocheng.kernel.time import SHANGHAI

# Examples have no date of their own; what depends on one gives it as a fact.
_BEGINNING = datetime(2025, 1, 6, 9, tzinfo=SHANGHAI)
_KEYS = frozenset({"case", "facts", "decisions", "after", "events", "path", "waits_at"})
