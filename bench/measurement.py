"""Series of measurements that are made in turn, and what is concluded from them."""

import dataclasses
import statistics
import sys
from typing import Callable, Optional

WARM_UP_SECONDS = 2


@dataclasses.dataclass
class Series:
    """One thing that is measured again and again. `measure` takes seconds and gives the figures of
    one run by name."""

    name: str
    measure: Callable
    connections: Optional[int] = None
    label: str = ""  # what it is called where another is compared with it; default: its name
    comparisons: list = dataclasses.field(default_factory=list)
    samples: list = dataclasses.field(default_factory=list)
    warm_up_unexpected: int = 0

    def __post_init__(self):
        self.label = self.label or self.name

    def atLeast(self, target, other, figure="per_second"):
        """`target` times the figure of another series; None states the ratio alone."""
        self.comparisons.append(Comparison(figure, other, target, False))
        return self

    def atMost(self, target, other=None, figure="p99_ms"):
        """As atLeast; without another series, the figure itself."""
        self.comparisons.append(Comparison(figure, other, target, True))
        return self

    def beside(self, *others):
        """States the ratios, without a target."""
        for other in others:
            self.atLeast(None, other)
        return self

    def median(self, figure):
        return statistics.median(sample[figure] for sample in self.samples)

    def medians(self):
        numbers = [name for name, value in self.samples[0].items() if isinstance(value, (int, float))]
        return {name: self.median(name) for name in numbers if name not in ("unexpected", "requests")}

    def unexpected(self):
        """Wrong answers in all of its runs, the warm-up included."""
        return self.warm_up_unexpected + sum(
            sample.get("unexpected", 0) for sample in self.samples
        )


@dataclasses.dataclass(frozen=True)
class Comparison:
    figure: str
    reference: Optional[Series]
    target: Optional[float]
    at_most: bool

    def value(self, series):
        own = series.median(self.figure)
        return own / self.reference.median(self.figure) if self.reference else own

    def isMet(self, series):
        """None if there is no target."""
        if self.target is None:
            return None
        value = self.value(series)
        return value <= self.target if self.at_most else value >= self.target


def measureInTurn(case, series, rounds, seconds):
    """Each once, then the next round, after a run of each that does not count."""
    for one in series:
        note(f"{case}, warm-up: {one.name}")
        one.warm_up_unexpected = one.measure(min(WARM_UP_SECONDS, seconds)).get("unexpected", 0)
    for number in range(1, rounds + 1):
        for one in series:
            note(f"{case}, round {number} of {rounds}: {one.name}")
            one.samples.append(one.measure(seconds))


def note(text):
    print(text, file=sys.stderr, flush=True)
