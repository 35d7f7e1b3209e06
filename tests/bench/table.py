"""Figures that were taken in turns, told as ratios within their round: what one sitting of a noisy machine can tell."""

import statistics


def ratios(figures, base):
    """Lower quartile, median and upper quartile of what each round's figure is in terms of that round's base."""
    return statistics.quantiles([figure / other for figure, other in zip(figures, base, strict=True)])


def spread(figures, base):
    low, middle, high = ratios(figures, base)
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def show(title, columns, rows):
    """A table as Markdown has it; of a row of strings the first is its name."""
    print(f"\n{title}\n")
    lines = [columns, ["---"] * len(columns), *rows]
    for line in lines:
        print("| " + " | ".join(map(str, line)) + " |", flush=True)
