"""Measurements as Markdown: the part of a document between two marks, the prose around it kept."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.compare import CONNECTIONS, Comparison
from bench.figures import Spread, percentile
from bench.hostile import Blow
from bench.neighbours import AT_ONCE, Beside, Taking
from bench.servers import BARE, OURS, STOCK
from bench.website import Visit

API_P95_MS: Final = 100
SQL_P95_MS: Final = 50
ERRORS_PERCENT: Final = 1
HOSTILE_MS: Final = 50
HITS_PERCENT: Final = 80
MS_PER_SECOND: Final = 1000
TARGET_HEAD: Final = ("target", "asked", "measured", "")


def put(file: Path, name: str, text: str) -> None:
    """Replace what stands between the marks of that name; a file without them gains them."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    document = file.read_text() if file.exists() else ""
    if begin not in document:
        document = f"{document}{begin}\n{end}\n"
    before, _, rest = document.partition(begin)
    _, _, after = rest.partition(end)
    file.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(facts: Mapping[str, str]) -> str:
    return table(("", ""), list(facts.items()))


def comparison(made: Comparison) -> str:
    plan = made.plan
    says = [
        f"{plan.rounds} rounds; in each round every server is asked for {plan.alone_seconds:.2g} s "
        f"over one connection and for {plan.seconds:g} s over {plan.connections}. "
        "Rates are medians of the rounds with the least and the most; percentiles are of all "
        f"requests over {plan.connections} busy connections; `alone` is p95 over one."
    ]
    for question in made.asked:
        says += [f"#### {question.says}", _cells(made, question.name)]
    says += ["#### Ratios of the rates", _ratios(made)]
    return "\n\n".join(says)


def _cells(made: Comparison, question: str) -> str:
    head = "server|requests/s|spread|p50 ms|p95 ms|p99 ms|alone ms|CPU ms/request|errors"
    rows = []
    for (server, asked), cell in made.cells.items():
        if asked != question:
            continue
        rate = cell.rate
        rows.append(
            (
                server,
                f"{rate.median:,.0f}",
                f"{rate.least:,.0f} to {rate.most:,.0f}",
                *(milliseconds(cell.percentile(each)) for each in (50, 95, 99)),
                milliseconds(percentile(cell.alone, 95)),
                milliseconds(cell.cost.median),
                f"{100 * cell.error_rate:.2f} %",
            )
        )
    return table(head.split("|"), rows)


def _ratios(made: Comparison) -> str:
    head = ("read", f"{OURS} / {STOCK}", f"{OURS} / {BARE}", "SQL p95 ms")
    rows = (
        (
            question.says,
            *(_ratio(made.ratio(question.name, rival)) for rival in (STOCK, BARE)),
            milliseconds(made.statement_p95[question.name]),
        )
        for question in made.asked
    )
    return table(head, rows)


def targets(made: Comparison) -> str:
    """The client's targets beside what our server gave to one caller at a time."""
    rows = []
    for question in made.asked:
        name, cell = question.name, made.cells[OURS, question.name]
        api, sql = percentile(cell.alone, 95), made.statement_p95[name]
        rows += [
            _target(f"API p95, {name}", api * MS_PER_SECOND, API_P95_MS, "ms"),
            _target(f"SQL p95, {name}", sql * MS_PER_SECOND, SQL_P95_MS, "ms"),
            _target(f"errors, {name}", 100 * cell.error_rate, ERRORS_PERCENT, "%"),
        ]
    return table(TARGET_HEAD, rows)


def hostile(blows: Mapping[tuple[str, str], Blow]) -> str:
    servers = list(dict.fromkeys(server for _, server in blows))
    documents = list(dict.fromkeys(document for document, _ in blows))
    rows = [
        (document, *(_blow(blows[document, server]) for server in servers))
        for document in documents
    ]
    most = max(blow.processor for (_, server), blow in blows.items() if server == OURS)
    cost = _target("processor time of each", most * MS_PER_SECOND, HOSTILE_MS, "ms")
    says = "Processor time in ms / the neighbour's longest wait in ms (the answer)."
    head = ("request", *servers)
    return "\n\n".join((says, table(head, rows), table(TARGET_HEAD, [cost])))


def _blow(blow: Blow) -> str:
    return f"{milliseconds(blow.processor)} / {milliseconds(blow.neighbour)} ({blow.answer})"


def website(made: Visit) -> str:
    tally = made.tally
    done = len(tally.latencies)
    p95 = percentile(tally.latencies, 95) * MS_PER_SECOND
    hits = _target("hits of the cache", 100 * made.hit_ratio, HITS_PERCENT, "%", least=True)
    rate = (
        f"{done / tally.seconds:,.0f} requests/s over {CONNECTIONS} connections, {done:,} in all."
    )
    return f"{rate}\n\n{targets_of(p95, 100 * tally.errors / max(done, 1), hits)}"


def neighbours(made: Beside, taking: Taking) -> str:
    """What the neighbour notices, and what counting costs whoever is counted."""
    rows = []
    for percent in (50, 95):
        alone, beside = (
            percentile([each for turn in turns for each in turn], percent) * MS_PER_SECOND
            for turns in (made.alone, made.beside)
        )
        ratio = made.ratio(percent)
        spread = f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"
        rows.append((f"p{percent}", f"{alone:.2f}", f"{beside:.2f}", spread))
    answers = ", ".join(f"{count:,} of {status}" for status, count in sorted(made.answers.items()))
    return "\n\n".join(
        (
            f"The other was answered {answers}.",
            table(("the neighbour", "alone ms", "beside it ms", "ratio"), rows),
            "Before it runs, an operation waits for its quotas"
            f" {taking.alone * MS_PER_SECOND:.2f} ms if it asks alone,"
            f" and {taking.among * MS_PER_SECOND:.3f} ms of the process if {AT_ONCE} ask at once.",
        )
    )


def targets_of(p95_ms: float, errors_percent: float, *more: tuple[str, ...]) -> str:
    """The two targets of every load, and others."""
    rows = [
        _target("API p95", p95_ms, API_P95_MS, "ms"),
        _target("errors", errors_percent, ERRORS_PERCENT, "%"),
    ]
    return table(TARGET_HEAD, [*rows, *more])


def _target(
    name: str, measured: float, asked: float, unit: str, *, least: bool = False
) -> tuple[str, str, str, str]:
    bound = f"{'more' if least else 'less'} than {asked:g} {unit}"
    if math.isnan(measured):
        return name, bound, "not counted at `/metrics`", ""
    kept = measured > asked if least else measured < asked
    return name, bound, f"{measured:.2f} {unit}", "kept" if kept else "**missed**"


def _ratio(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.least:.2f} to {spread.most:.2f})"


def milliseconds(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{seconds * MS_PER_SECOND:.2f}"
