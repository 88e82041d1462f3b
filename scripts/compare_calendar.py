#!/usr/bin/env python3
"""Compares scenarios/calendars/vietnam.yaml, day by day, with the package `holidays` of PyPI (MIT). For developers only.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install holidays==0.109
    /tmp/venv/bin/python scripts/compare_calendar.py

Run it after every change of the calendar. It reads the file line by line (no YAML library is needed) and compares, for every
day of the covered years, whether offices work. Names are not compared. Exit code 1 if any day differs.

Seen on 25 November 2026 with holidays 0.109 and Python 3: "3287 days of 2019-2027 compared, 0 differ". The file was first
written from this package, so this finds slips of the pen and later decisions, not errors of the package; Tet and Hung Kings'
day are derived independently, from the moon, in src/world/calendar/lunar.rs. For 2027 the package knows no swapped days yet.
"""

import datetime
import pathlib
import re
import sys

import holidays

FILE = pathlib.Path(__file__).parent.parent / "scenarios" / "calendars" / "vietnam.yaml"
ONE_DAY = datetime.timedelta(days=1)


def days_of_file():
    """(years, free days, worked weekend days) as the file says."""
    years, free, worked, target = [], set(), set(), None
    in_years = False
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if re.match(r"^\w", line):
            in_years = line.startswith("years:")
        if not in_years:
            continue
        if match := re.match(r"^  (\d{4}):", line):
            years.append(int(match[1]))
        elif match := re.match(r"^    (holidays|worked):", line):
            target = free if match[1] == "holidays" else worked
        elif match := re.match(r"^      - \{ date: ([\d-]+),", line):
            target.add(datetime.date.fromisoformat(match[1]))
        elif match := re.match(r"^      - \{ from: ([\d-]+), to: ([\d-]+),", line):
            day, last = (datetime.date.fromisoformat(text) for text in match.groups())
            while day <= last:
                target.add(day)
                day += ONE_DAY
        elif line.lstrip().startswith("- "):
            sys.exit(f"{FILE}: a line that is not understood: {line}")
    return years, free, worked


def main():
    years, free, worked = days_of_file()
    package = holidays.country_holidays("VN", years=years)
    day, last = datetime.date(min(years), 1, 1), datetime.date(max(years), 12, 31)
    compared = differing = 0
    while day <= last:
        in_file = day in worked or (day.weekday() < 5 and day not in free)
        in_package = package.is_working_day(day)
        compared += 1
        if in_file != in_package:
            differing += 1
            says = {True: "worked", False: "free"}
            print(f"{day} {day:%a}: file {says[in_file]}, package {says[in_package]} ({package.get(day, '-')})")
        day += ONE_DAY
    print(f"{compared} days of {min(years)}-{max(years)} compared, {differing} differ (holidays {holidays.__version__})")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
