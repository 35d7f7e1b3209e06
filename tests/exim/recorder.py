"""A filter that writes down what it is asked, and answers DUNNO."""

import json
import os

from exim.daemon import EximCase

# One line of JSON for each call: the attributes, of whichever form, after the options that stand in the macro.
SCRIPT = r"""
exec /usr/bin/python3 -SEc '
import base64, json, os, sys
given = sys.argv[4:]
if given[:1] == ["--base64"]:
    attributes = os.fsdecode(base64.b64decode(given[1], validate=True)).split("\n")[:-2] + given[2:]
elif given:
    attributes = given
else:
    attributes = os.fsdecode(sys.stdin.buffer.read()).split("\n")[:-2]
with open(sys.argv[1], "a") as file:
    file.write(json.dumps(attributes) + "\n")
print("action=DUNNO\n")
' FILE "$@"
"""


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
        calls = map(json.loads, self.records.read_text().splitlines())
        return [[tuple(attribute.split("=", 1)) for attribute in call] for call in calls if call]
