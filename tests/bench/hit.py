"""How often a call is hot or warm: the real link policy, leases and assignment (`kiosk.distributor.router`) in virtual time.

20 and 200 branches with a terminal each, two agents for every three branches, at 50, 80 and 95% of the agents' time in calls and
wrap-ups. Customers come by a seeded Poisson process to each branch and stand in line there; a call takes a lognormal time with a mean of
8 min (sigma 0.8), then 10 s of wrap-up. 85% of the customers are seen by the sensor before they press, for a lognormal time with a median
of 4 s (sigma 0.6); the others press at once. Terminals ask for pre-roll as they do (after 1 s, every 0.7 s, for at most 10 s). The round
trip is 80 ms, a standby link takes 1 s to set up. Nobody fails, goes on a break or comes late. The first half hour isn't counted.

A call is hot where it was pressed inside a lease and got the agent and the link that the terminal showed, warm where it got another
standby link, cold otherwise. Calls that had to wait count like others. ``p95_ms`` is an estimate: each call is given a time to the first
picture by `SET_UP_MS`, which isn't measured here; a wait for an agent isn't in it.

Keys: ``hot_share``, ``warm_share``, ``cold_share``, ``links_per_min`` (set-ups for each terminal and minute), ``p95_ms`` of 200 branches
at 80%; ``cells`` with these and more of each. Fairness is beside each: how long agents idle, how much longer than the chosen agent another
had been idle, how evenly calls are spread; ``strict`` is the same day with the longest idle agent always first.
"""

import argparse
import math
import random
import statistics
import sys
from dataclasses import replace

from kiosk.demo.report import percentile
from kiosk.distributor.router import RouterSettings
from tests.bench.branch_counts import Counts, most_within
from tests.bench.branches import Branches, Days
from tests.bench.figures import Figures, main, no_options, say

SET_UP_MS = {"hot": (25.0, 50.0), "warm": (180.0, 260.0), "cold": (637.0, 704.0)}
"""Median and p95 of press to face at 80 ms round trip. Hot and warm are what is aimed at, cold is an early quick run's: all three
are assumptions until ``press_to_face`` measures them."""
BRANCHES = (20, 200)
OCCUPANCIES = (0.5, 0.8, 0.95)
BRANCHES_PER_AGENT = 1.5
HOURS = {20: 24.0, 200: 4.0}
QUICK_HOURS = {20: 6.0, 200: 1.0}
TOP = "200 at 80%"


def p95_ms(counts: Counts) -> float:
    """Of the calls' times to the first picture, by what each kind is assumed to take."""
    rng, times = random.Random(1), []
    for kind, number in (("hot", counts.hot), ("warm", counts.warm), ("cold", counts.cold)):
        middle, high = SET_UP_MS[kind]
        sigma = math.log(high / middle) / statistics.NormalDist().inv_cdf(0.95)
        times += [rng.lognormvariate(math.log(middle), sigma) for _ in range(number)]
    return round(percentile(times, 0.95) or 0.0, 1)


def fairness(counts: Counts) -> Figures:
    """How the calls and the waiting for them are spread over the agents. Times in seconds."""
    idle, calls = counts.idle_s, list(counts.by_agent.values())
    return {
        "idle_s": {name: round(percentile(idle, share) or 0.0) for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0))},
        "passed_over_s": {name: round(percentile(counts.over_longest_s, share) or 0.0) for name, share in (("p95", 0.95), ("max", 1.0))},
        "calls_per_agent": {"mean": round(statistics.mean(calls), 1), "least": min(calls), "most": max(calls)},
        "calls_spread": round(statistics.pstdev(calls) / statistics.mean(calls), 3),
    }  # fmt: skip


def figures_of(days: Days, counts: Counts) -> Figures:
    """Everything of one cell."""
    minutes = days.seconds / 60
    by_terminal = [len(times) / minutes for times in counts.set_ups]
    return {
        "hot_share": round(counts.hot / counts.calls, 4),
        "warm_share": round(counts.warm / counts.calls, 4),
        "cold_share": round(counts.cold / counts.calls, 4),
        "links_per_min": round(statistics.mean(by_terminal), 3),
        "links_per_min_worst_terminal": round(max(by_terminal), 3),
        "links_in_the_worst_minute": max(most_within(times, 60) for times in counts.set_ups),
        "links_under_way_at_once": counts.under_way,
        "p95_ms": p95_ms(counts),
        "calls": counts.calls,
        "waited_share": round(counts.waited / counts.calls, 4),
        "agents": days.agents,
        "occupancy": round(1 - counts.idle_agents_s / days.seconds / days.agents, 3),
        "hours": round(days.seconds / 3600, 2),
        "pressed_per_pre_roll": round(counts.hot / counts.pre_rolls, 3) if counts.pre_rolls else None,
        "leases_broken": counts.hot_lost,
        **fairness(counts),
    }


def benchmark(arguments: argparse.Namespace) -> Figures:
    """All cells, and what the policy costs in fairness."""
    hours = QUICK_HOURS if arguments.quick else HOURS
    settings, cells, strict = RouterSettings(), {}, {}
    for branches in BRANCHES:
        agents = round(branches / BRANCHES_PER_AGENT)
        for occupancy in OCCUPANCIES:
            days = Days(branches, agents, occupancy, seconds=hours[branches] * 3600)
            name = f"{branches} at {occupancy:.0%}"
            cells[name] = figures_of(days, Branches(days, settings).run())
            say(f"{name}: cold {cells[name]['cold_share']:.1%}, {cells[name]['links_per_min']} set-ups a minute")
            if occupancy == 0.8 or not arguments.quick:
                strict[name] = fairness(Branches(days, replace(settings, warm_window_s=0.0)).run())
    top = {key: cells[TOP][key] for key in ("hot_share", "warm_share", "cold_share", "links_per_min", "p95_ms")}
    return {**top, "cells": cells, "strict": strict, "warm_window_s": settings.warm_window_s, "set_up_ms": SET_UP_MS}


if __name__ == "__main__":
    sys.exit(main("hit", __doc__, benchmark, no_options))
