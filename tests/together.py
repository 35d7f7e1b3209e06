#!/usr/bin/python3
"""Makes one source of several, for who reads all of them and would read the standard library again for each.

together.py FOLDER SOURCE... writes FOLDER/0.cpp and so on, each of which includes up to TOGETHER sources, and prints their names.
What is there already stays as it is, so that make(1) compiles only what has changed.
"""

import re
import sys
from pathlib import Path

TOGETHER = 12

own_part = re.compile(r"^namespace \{$(.*?)^\}  ?// namespace$", re.MULTILINE | re.DOTALL)
own_name = re.compile(r"^(?![#}/ ]|using namespace |[A-Z_]+\().*?(\w+)(?=[({;\[]| =(?: |$))", re.MULTILINE)
directive = re.compile(r"^[ \t]*#[ \t]*(define|undef|pragma)\b", re.MULTILINE)


def own_names(source):
    """What the source declares in its nameless namespaces: the last word before what ends or begins a definition."""
    text = source.read_text()
    found = {name for part in own_part.findall(text) for name in own_name.findall(part)}
    return found | ({"main"} if re.search(r"^int main\(", text, re.MULTILINE) else set())


def groups(sources, most=TOGETHER):
    """Sources that give the same name to things of their own cannot be read as one. In the order given, each joins the first
    group that has room and none of its names. What a source tells the compiler or the linker in a directive would hold for
    those behind it as well, so it stays alone: a weak name makes theirs weak."""
    made, alone = [], []
    for source in sources:
        if directive.search(source.read_text()):
            alone.append([source])
            continue
        names = own_names(source)
        for members, taken in made:
            if len(members) < most and not taken & names:
                members.append(source)
                taken |= names
                break
        else:
            made.append(([source], names))
    return [members for members, _ in made] + alone


def text_of(members):
    return "".join(f'#include "{source}"\n' for source in members)


def main(folder, *sources):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number, members in enumerate(groups([Path(source) for source in sources])):
        whole, text = folder / f"{number}.cpp", text_of(members)
        if not whole.exists() or whole.read_text() != text:
            whole.write_text(text)
        print(whole)


if __name__ == "__main__":
    main(*sys.argv[1:])
