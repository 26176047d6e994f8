"""Every property the methods ask for has its test: the list, and that both sides of it exist.

The left side is the methods' own wording; where the document lies beside the repository its list is read, and a
property that stands in no line here fails.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

METHODS = Path(__file__).resolve().parents[3] / "shared" / "design" / "methods.md"

LAWS: dict[str, tuple[str, ...]] = {
    "merge associative, commutative, identity": ("merging::test_merging_is_a_monoid",),
    "f(merge of any partition of rows) == f(all rows), bit-identical (integers)": (
        "merging::test_any_partition_gives_the_same_answer",
    ),
    "n = 0 -> null everywhere": ("edges::test_an_empty_state_has_no_answer",),
    "no NaN/inf leaves the layer": (
        "edges::test_nothing_infinite",
        "edges::test_an_ordinary_state_has_every_answer",
    ),
    "score CI inside [-1,1], contains the estimate, mirror symmetry under d<->p": (
        "intervals::test_score_interval_stays_on_the_scale_and_holds_the_estimate",
        "intervals::test_score_interval_is_mirrored",
    ),
    "m = 0 equals 2 Wilson - 1": ("intervals::test_score_interval_without_passives_is_wilson",),
    "all passives -+ z^2/(n+z^2)": ("intervals::test_score_interval_of_passives_only",),
    "width decreases when state is multiplied by an integer": (
        "intervals::test_more_answers_of_the_same_mix_are_surer",
    ),
    "AW == Wald on shifted counts": ("intervals::test_adjusted_wald_is_wald_on_shifted_counts",),
    "MOVER p < .05 iff the 95 % MOVER interval excludes 0": (
        "intervals::test_p_and_interval_never_disagree",
        "intervals::test_newcombe_p_and_interval_never_disagree",
    ),
    "swapping groups negates": ("intervals::test_p_and_interval_never_disagree",),
    "equal states -> p = 1": ("intervals::test_equal_states_do_not_differ",),
    "wilson(n/deff) with deff = 1 identical": ("intervals::test_a_design_effect_widens_wilson",),
    "deff up -> wider": ("intervals::test_a_design_effect_widens_wilson",),
    "O + N + R - C_O - C_N = close": ("comparisons::test_stocks_and_flows_agree",),
    "KM without censoring = empirical survival": ("laws::test_survival_without_censoring_is_the_share_left",),
    "KM of the merged state == KM of the pooled rows": (
        "laws::test_survival_of_merged_state_is_survival_of_pooled_rows",
    ),
    "log-rank of a group with itself split at random ~ chi2_1": (
        "comparisons::test_log_rank_of_a_random_split_is_chi_squared",
    ),
    "Cox score test at 0 with no ties == log-rank": (
        "comparisons::test_cox_score_test_at_zero_without_ties_is_the_log_rank",
    ),
    "GRR <= 1, GRR <= NRR": ("laws::test_gross_retention_is_at_most_one_and_at_most_net",),
    "NRR = 1 if y = x": ("laws::test_gross_retention_is_at_most_one_and_at_most_net",),
    "delta = 0 when all y equal": ("laws::test_equal_channels_are_wholly_consistent",),
    "L = 100": ("laws::test_equal_channels_are_wholly_consistent",),
    "delta invariant to adding a constant": ("laws::test_spread_does_not_depend_on_the_level",),
    "multiplying all n by 100 leaves delta -> raw SD": (
        "laws::test_more_answers_of_the_same_mix_bring_delta_to_the_raw_deviation",
        "laws::test_spread_without_noise_is_the_weighted_deviation",
    ),
    "sum relative weights = R^2 = sum LMG": ("laws::test_driver_weights_add_up",),
    "permutation of drivers permutes weights": ("laws::test_driver_weights_add_up",),
    "p = 2: RW == LMG": ("laws::test_driver_weights_add_up",),
    "uncorrelated drivers: eps_j = r_j^2": ("laws::test_driver_weights_add_up",),
    "mix + rate sums exactly (Fractions)": ("laws::test_mix_and_rate_add_up_exactly",),
    "segment relabelling invariant": ("laws::test_mix_and_rate_add_up_exactly",),
    "no change -> all zeros": ("laws::test_mix_and_rate_add_up_exactly",),
    "BH(p) >= p, monotone": ("laws::test_adjusted_p_values",),
    "BH of one p = p": ("laws::test_adjusted_p_values",),
    "composite invariant to unit changes of (x,floor,target)": ("laws::test_health_score_does_not_depend_on_units",),
    "dropping a component with coverage above the limit equals the mean over the rest": (
        "laws::test_health_score_does_not_depend_on_units",
    ),
    "jackknife of a mean with one row per bucket == s^2/n": (
        "laws::test_jackknife_of_a_mean_is_the_textbook_variance",
    ),
}


def test_every_named_test_exists() -> None:
    """The right side: tests of this folder, run by pytest under these names."""
    missing = []
    for place in {place for places in LAWS.values() for place in places}:
        module, name = place.split("::")
        if not hasattr(importlib.import_module(f"tests.properties.test_statistics_{module}"), name):
            missing.append(place)
    assert missing == []


def test_every_property_of_the_methods_is_listed() -> None:
    """The left side: the document's list, taken apart at its semicolons and full stops."""
    if not METHODS.is_file():
        pytest.skip(f"the methods are not at {METHODS}; they are never part of the project")
    text = METHODS.read_text("utf-8")
    listed = text[text.index("## 12") : text.index("## 13")].split("\n- ")[1:]
    properties = [part.strip() for line in listed for part in re.split(r";\s|\.(?=\s|$)", line) if part.strip()]
    assert [found for found in properties if found not in LAWS] == []
    assert [named for named in LAWS if named not in properties] == []
