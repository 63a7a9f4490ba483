"""The table on standard output, and the files in build/bench."""

import json

import servers

FOLDER = servers.SOURCE_DIR / "build/bench"
COLUMNS = "{:44} {:>5} {:>9} {:>8} {:>9}  {:20} {:32} {:>8} {:>4}"
IN_COLUMNS = ("per_second", "p50_ms", "p99_ms")
FIGURES = {"per_second": "", "p99_ms": "p99 "}  # what is compared
UNITS = {
    "beside_per_second": "beside it {:,.0f}/s",
    "verifications_per_second": "verifies {:,.0f}/s",
    "mib": "{:.1f} MiB",
    "ready_ms": "{:.0f} ms to ready",
}


def printHead(machine):
    for name, value in machine.items():
        print(f"{name}: {value}")
    print()
    printLine("", "conns", "per s", "p50 ms", "p99 ms", "", "compared", "target", "met")


def printSeries(series):
    medians = series.medians()
    others = [UNITS[name].format(value) for name, value in medians.items()
              if name not in IN_COLUMNS]
    compared = [comparedColumns(comparison, series) for comparison in series.comparisons]
    printLine(
        series.name, series.connections or "",
        formatted(medians, "per_second", "{:,.0f}"), formatted(medians, "p50_ms", "{:.2f}"),
        formatted(medians, "p99_ms", "{:.2f}"), ", ".join(others),
        *(compared[0] if compared else ("", "", "")),
    )
    for columns in compared[1:]:
        printLine("", "", "", "", "", "", *columns)
    if series.unexpected():
        print(f"  {series.unexpected()} of its answers were not as expected: "
              f"{[sample.get('failures') for sample in series.samples]}")


def comparedColumns(comparison, series):
    value = comparison.value(series)
    what = ""
    if comparison.reference:
        what = f"{FIGURES[comparison.figure]}{value:.2f} of {comparison.reference.label}"
    if comparison.target is None:
        return what, "", ""
    sign = "<=" if comparison.at_most else ">="
    return what, f"{sign} {comparison.target:g}", "yes" if comparison.isMet(series) else "NO"


def formatted(medians, figure, layout):
    return layout.format(medians[figure]) if figure in medians else ""


def printLine(*columns):
    print(COLUMNS.format(*columns).rstrip(), flush=True)


def write(case, machine, options, all_series):
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{case}.json"
    document = {
        "case": case,
        "machine": machine,
        "options": options,
        "series": [described(series) for series in all_series],
    }
    path.write_text(json.dumps(document, indent=2) + "\n")


def described(series):
    return {
        "name": series.name,
        "connections": series.connections,
        "medians": series.medians(),
        "unexpected": series.unexpected(),
        "comparisons": [
            {
                "figure": comparison.figure,
                "reference": comparison.reference and comparison.reference.name,
                "reference_connections": comparison.reference and comparison.reference.connections,
                "value": comparison.value(series),
                "target": comparison.target,
                "at_most": comparison.at_most,
                "met": comparison.isMet(series),
            }
            for comparison in series.comparisons
        ],
        "runs": series.samples,
    }
