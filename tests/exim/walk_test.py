"""The walk on Debian of src/tasks/exim-by-hand.md, followed to the letter on Debian's Exim configuration, over a copy of the file system."""

import os
import re
import subprocess
import unittest

import harness

# What the machine has before the walk: Exim for the Internet and one local user. Whatever is written goes to `$1`.
BEFORE = r"""
set -eu
mount -t tmpfs tmpfs "$1"
for place in etc var usr/local run; do
    mkdir -p "$1/$place/upper" "$1/$place/work"
    mount -t overlay overlay -o "lowerdir=/$place,upperdir=$1/$place/upper,workdir=$1/$place/work" "/$place"
done
sed -i -e "s/^\(dc_eximconfig_configtype\)=.*/\1='internet'/" -e "s/^\(dc_other_hostnames\)=.*/\1='example.org'/" \
    -e "s/^\(dc_use_split_config\)=.*/\1='true'/" /etc/exim4/update-exim4.conf.conf
echo 'bob: :blackhole:' >> /etc/aliases
echo 'nameserver 127.255.255.254' > /etc/resolv.conf
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
make -s -C "$2" install BUILD="$3"
"""

# A mail from outside, by SMTP on standard input and output.
ASK = r"""
ask() { # sender
    echo "== $1"
    printf '%s\r\n' 'EHLO mail.example.net' "MAIL FROM:<$1>" 'RCPT TO:<bob@example.org>' 'RCPT TO:<postmaster@example.org>' \
        DATA 'Subject: test' '' . QUIT | exim4 -odq -oMa "${2:-192.0.2.1}" -bs
}
"""

AFTER_RUN = r"""
ask alice@example.net
ask alice@example.net 198.51.100.7
stat -c '%U %a %n' /var/lib/greyonce /var/lib/greyonce/greylist.state
"""

AFTER_SOCKET = r"""
"$4" -i /etc/inetd.conf &
inetd=$!
trap 'kill $inetd $(cat /proc/$inetd/task/$inetd/children)' EXIT # it waits for the next mail as well
while [ ! -S /run/greyonce/greyonce.sock ]; do sleep 0.1; done
ask carol@example.net
stat -c '%U %a %n' /run/greyonce /var/lib/greyonce/greylist.state
grep -a carol@example.net /var/lib/greyonce/greylist.state
! grep 'greyonce: no answer' /var/log/exim4/mainlog
"""


class WalkTest(harness.Case):
    def test_each_command_works_and_the_mail_is_deferred_by_run_and_by_socket(self):
        walk = (harness.TOP / "src/tasks/exim-by-hand.md").read_text()
        *by_run, by_socket = re.findall(r"```sh\n(.*?)```", walk, re.DOTALL)
        script = "\n".join([BEFORE, *by_run, ASK, AFTER_RUN, by_socket, AFTER_SOCKET])
        done = subprocess.run(["unshare", "--mount", "bash", "-c", script, "walk", self.folder, harness.TOP, harness.PROGRAMS,
                               harness.PEERS / "usr/sbin/inetd"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              check=False, env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ})
        output = done.stdout.decode(errors="replace")
        self.assertEqual(done.returncode, 0, output + done.stderr.decode(errors="replace"))
        tried, first, known, socket = re.split(r"(?m)^== .*\n", output)
        for deferred in (tried, first, socket):
            self.assertIn("\n450 4.7.1 Greylisted, please try again later", deferred)
        self.assertIn("\n250 OK id=", first, "postmaster is not asked about")
        self.assertNotIn("450", known)
        self.assertIn("Debian-exim 750 /var/lib/greyonce\nDebian-exim 600 /var/lib/greyonce/greylist.state\n", known)
        self.assertIn("greyonce 750 /run/greyonce\ngreyonce 600 /var/lib/greyonce/greylist.state\n", socket)


if __name__ == "__main__":
    unittest.main()
