"""A filter that writes down what it is asked, and answers DUNNO."""

import base64
import os

from exim.daemon import EximCase

# What stands behind the options that are in the macro, a NUL behind each word; where nothing does, a NUL and the standard
# input. A shell is there in a tenth of Python's time. It writes at once, so that calls at the same time stay apart.
END = b"\0end of the request\0"
SCRIPT = r"""
shift 2
[ $# -gt 0 ] || { request=$(cat; echo .); set -- "" "${request%.}"; }
printf '%s\0' "$@" "end of the request" >>FILE
printf 'action=DUNNO\n\n'
"""


def attributes_in(words):
    """Of whichever form."""
    if words.startswith(b"\0"):
        return words[1:].split(b"\n")[:-2]
    first, *others = words.split(b"\0")
    if first != b"--base64":
        return [first, *others]
    return base64.b64decode(others[0], validate=True).split(b"\n")[:-2] + others[1:]


NAME = 255  # bytes: the longest that a HELO name, or one from the DNS, arrives as


def cut(name):
    """What is left of a name: its beginning and its end."""
    name = os.fsencode(name)
    return os.fsdecode(name if len(name) <= NAME else name[:127] + name[-128:])


class RecordingCase(EximCase):
    def record(self):
        self.records = self.folder / "state/asked"
        self.replace_program(SCRIPT.replace("FILE", str(self.records)))

    def asked(self):
        """Each request as a list of (name, value); a connection that only looked whether the server is there is none."""
        calls = map(attributes_in, self.records.read_bytes().split(END)[:-1])
        return [[tuple(os.fsdecode(attribute).split("=", 1)) for attribute in call] for call in calls if call]
