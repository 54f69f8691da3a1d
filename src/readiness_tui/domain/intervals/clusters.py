"""Cases that come in clusters (one document's questions, one session's turns): how many independent ones they are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

FEWEST_SOURCES = 12  # effective number of clusters below which nothing is said about how far they vary
LARGEST_SHARE = Fraction(1, 5)  # of the cases, in one cluster: beyond it, one source decides the figure
EVEN_CLUSTERS = 0.8  # effective over actual number of clusters: above it, their sizes count as even
TOO_FEW_SOURCES = "too few independent sources"


def effective_sources(sizes: Sequence[int]) -> Fraction:
    """G_eff = n² / Σ n_g²: as many clusters of one size would be worth the same (Kish 1965, Survey Sampling, 8.2)."""
    return Fraction(sum(sizes) ** 2, sum(size * size for size in sizes)) if sizes else Fraction(0)


def too_few_sources(sizes: Sequence[int]) -> str:
    """Why clusters of these sizes give no bound; "" if they do."""
    n, largest, worth = sum(sizes), max(sizes, default=0), effective_sources(sizes)
    if largest > LARGEST_SHARE * n:
        return f"{TOO_FEW_SOURCES}: one holds {largest:,} of the {n:,} cases, at most a fifth is needed for a bound"
    if worth < FEWEST_SOURCES:
        return (
            f"{TOO_FEW_SOURCES}: {len(sizes):,}, worth {math.floor(worth):,} of one size, {FEWEST_SOURCES} are needed"
        )
    return ""


def uneven_clusters(sizes: Sequence[int]) -> str:
    """Why clusters of these sizes make a t(G−1) bound approximate; "" if they are even enough."""
    if effective_sources(sizes) >= EVEN_CLUSTERS * len(sizes):
        return ""
    return f"the sources differ much in size, the largest holds {max(sizes):,} of {sum(sizes):,} cases"
