"""Numbers into figures, and figures into a document: exact, and with no server."""

import math
from pathlib import Path

import pytest

from bench.compare import difference, turns
from bench.figures import Spread, bucket_percentile, percentile, ratios
from bench.load import Visitors, read, written
from bench.metrics import of_text, statement_percentile
from bench.processor import clock_seconds
from bench.report import put, table, targets_of

HUNDRED = [float(each) for each in range(1, 101)]
BUCKETS = [(0.01, 50.0), (0.05, 90.0), (0.1, 100.0), (math.inf, 100.0)]
METRICS = """
# TYPE tourbase_cache_hits_total counter
tourbase_cache_hits_total{entity="wineries"} 9
tourbase_cache_hits_total{entity="hotels"} 1
# TYPE tourbase_cache_misses_total counter
tourbase_cache_misses_total 5
# TYPE tourbase_sql_statement_duration_seconds histogram
tourbase_sql_statement_duration_seconds_bucket{access="read",le="0.01"} 3
tourbase_sql_statement_duration_seconds_bucket{access="read",le="+Inf"} 4
tourbase_sql_statement_duration_seconds_bucket{access="write",le="0.01"} 1
tourbase_sql_statement_duration_seconds_bucket{access="write",le="+Inf"} 1
# TYPE tourbase_sql_statement_duration_seconds_other_bucket counter
tourbase_job_duration_seconds_bucket{le="0.01"} 7
"""
ENTRIES = [
    {
        "name": "brand",
        "method": "site",
        "num_failures": 1,
        "response_times": {"10": 98, "200": 2},
    },
    {"name": "list", "method": "staff", "num_failures": 0, "response_times": {"40": 100}},
]


@pytest.mark.parametrize(
    ("percent", "value"), [(50, 50.0), (95, 95.0), (99, 99.0), (99.5, 100.0), (0, 1.0)]
)
def test_a_percentile_is_the_least_value_that_so_many_do_not_pass(
    percent: float, value: float
) -> None:
    assert percentile(HUNDRED[::-1], percent) == value


def test_the_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 95))
    assert math.isnan(bucket_percentile([], 95))
    assert math.isnan(bucket_percentile([(0.1, 0.0), (math.inf, 0.0)], 95))


@pytest.mark.parametrize(
    ("percent", "value"), [(50, 0.01), (70, 0.03), (90, 0.05), (95, 0.075), (25, 0.005)]
)
def test_a_percentile_of_buckets_lies_on_the_line_through_its_bucket(
    percent: float, value: float
) -> None:
    assert bucket_percentile(BUCKETS, percent) == pytest.approx(value)


def test_a_rank_beyond_the_last_bound_is_given_as_that_bound() -> None:
    assert bucket_percentile([(0.1, 10.0), (math.inf, 100.0)], 95) == 0.1


def test_a_ratio_is_taken_round_by_round() -> None:
    assert ratios([10, 40, 30], [5, 10, 10]) == Spread(3.0, 2.0, 4.0)


def test_each_round_begins_with_the_next_server() -> None:
    assert list(turns(["a", "b", "c"], 4)) == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


@pytest.mark.parametrize(
    ("told", "seconds"), [("0:01.25", 1.25), ("02:03:04", 7384.0), ("1-00:00:01", 86401.0)]
)
def test_the_clock_of_ps_is_read_as_seconds(told: str, seconds: float) -> None:
    assert clock_seconds(told) == seconds


def test_metrics_are_summed_over_their_labels() -> None:
    page, none = of_text(METRICS), of_text("")

    assert (page.hits, page.misses) == (10.0, 5.0)
    assert page.statements == {0.01: 4.0, math.inf: 5.0}
    assert page.hit_ratio(none) == pytest.approx(2 / 3)
    assert statement_percentile([(none, page)], 40) == pytest.approx(0.005)
    assert math.isnan(page.hit_ratio(page))
    assert math.isnan(statement_percentile([(page, page)], 95))


def test_the_first_difference_of_two_answers_is_named_with_its_place() -> None:
    ours = {"bookings": [{"number": "A", "stops": [1, 2]}, {"number": "B", "stops": []}]}
    theirs = {"bookings": [{"number": "A", "stops": [1, 3]}, {"number": "C", "stops": []}]}

    assert difference(ours, theirs) == "data.bookings.0.stops.1 is 2 here, 3 there"
    assert difference({"a": 1}, {"b": 1}) == "data is {'a': 1} here, {'b': 1} there"


def test_four_minutes_are_half_a_minute_up_three_minutes_and_half_a_minute_down() -> None:
    assert Visitors.of(100, 240) == Visitors(100, 30, 180)


def test_the_summary_of_a_load_gives_percentiles_of_each_request_and_of_all() -> None:
    text = written(read(ENTRIES), seconds=10)

    assert text.splitlines() == [
        "20 requests/s on average.",
        "",
        "| caller | request | asked | p50 ms | p95 ms | p99 ms | errors |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| site | brand | 100 | 10 | 10 | 200 | 1.00 % |",
        "| staff | list | 100 | 40 | 40 | 40 | 0.00 % |",
        "| all |  | 200 | 40 | 40 | 40 | 0.50 % |",
        "",
        "| target | asked | measured |  |",
        "| --- | --- | --- | --- |",
        "| API p95 | less than 100 ms | 40.00 ms | kept |",
        "| errors | less than 1 % | 0.50 % | kept |",
    ]


def test_a_target_that_is_missed_or_was_not_counted_says_so() -> None:
    assert targets_of(100, math.nan).splitlines()[2:] == [
        "| API p95 | less than 100 ms | 100.00 ms | **missed** |",
        "| errors | less than 1 % | not counted at `/metrics` |  |",
    ]


def test_a_new_measurement_replaces_the_old_one_and_keeps_the_prose(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text("# Title\n\n<!-- bench: begin -->\nold\n<!-- bench: end -->\n\nProse.\n")

    put(file, "bench", table(("a", "b"), [("1", "2")]))
    put(file, "load", "new")
    put(file, "load", "newer\n")

    assert file.read_text() == (
        "# Title\n\n<!-- bench: begin -->\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n"
        "<!-- bench: end -->\n\nProse.\n<!-- load: begin -->\n\nnewer\n\n<!-- load: end -->\n"
    )
