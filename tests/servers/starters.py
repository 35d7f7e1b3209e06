"""Each server that starts a filter, run with the very file that the project ships for it.

Only what a machine of its own would have is replaced in it: the user, the program and its options, socket and port.
Every function takes the test, the user and the command line (a list), and returns the addresses that answer.
"""

import os
import pwd
import re
import shlex

import harness

PROGRAM = "/usr/local/sbin/greyonce"
SOCKET = "/run/greyonce/greyonce.sock"
ADDRESS, PORT = "127.0.0.1", "10023"
SHIPPED = harness.TOP / "src/servers"


def replaced(text, changes):
    """Every change must find its place: a file that no longer says this is not the file that was meant."""
    for old, new in changes.items():
        if old not in text:
            raise AssertionError(f"{old!r} is not in {text}")
        text = text.replace(old, new)
    return text


def socket_path(case):
    folder = case.folder / "run"
    folder.mkdir(exist_ok=True)
    return folder / "greyonce.sock"


def at(port):
    return (ADDRESS, int(port))


def started(case, command, log, *addresses, **popen):
    server = case.start(command, log, **popen)
    for address in addresses:
        server.wait_for(lambda address=address: harness.is_listening(address), log)
    return addresses


def inetd_wait(case, user, command):
    """OpenBSD's inetd, unix and TCP, one process for all."""
    return inetd(case, user, command, "wait")


def inetd(case, user, command, how="nowait"):
    """OpenBSD's inetd, unix and TCP, a process each."""
    path, port = socket_path(case), str(harness.free_port())
    program, options = str(command[0]), " ".join(map(str, command[1:]))
    text = (harness.TOP / "inetd.conf.sample").read_text()
    tcp = f"#{ADDRESS}:{PORT}"  # for who needs it
    lines = "\n".join(line.removeprefix("#") for line in text.splitlines() if not line.startswith("#") or line.startswith(tcp))
    configuration = case.folder / "inetd.conf"
    configuration.write_text(replaced(lines, {
        "\twait.60000": f"\t{how}.60000",
        f"\tgreyonce\t{PROGRAM}\tgreyonce": f"\t{user}\t{program}\tgreyonce {options}",
        SOCKET: str(path), f"{ADDRESS}:{PORT}": f"{ADDRESS}:{port}"}) + "\n")
    return started(case, [harness.PEERS / "usr/sbin/inetd", "-i", configuration], "inetd.log", path, at(port))


def xinetd_wait(case, user, command):
    """TCP, one process for all."""
    return xinetd(case, user, command, "xinetd-wait")


def xinetd(case, user, command, shipped="xinetd"):
    """TCP, a process each."""
    port = str(harness.free_port())
    program, options = str(command[0]), " ".join(map(str, command[1:]))
    group = str(pwd.getpwnam(user).pw_gid)
    configuration = case.folder / "xinetd.conf"
    configuration.write_text(replaced((SHIPPED / shipped).read_text(), {
        "= greyonce\n\tgroup\t\t= greyonce": f"= {user}\n\tgroup\t\t= {group}",
        f"= {PROGRAM}\n": f"= {program}\n\tserver_args\t= {options}\n", f"= {PORT}": f"= {port}"}))
    command = [harness.PEERS / "usr/sbin/xinetd", "-dontfork", "-f", configuration, "-pidfile", case.folder / "xinetd.pid"]
    return started(case, command, "xinetd.log", at(port))


def tcpserver(case, user, command):
    """TCP."""
    port = str(harness.free_port())
    script = case.folder / "run"
    script.write_text(replaced((SHIPPED / "tcpserver-run").read_text(), {
        "-u greyonce": f"-u {user}", "-g greyonce": f"-g {user}", PORT: port,
        PROGRAM: shlex.join(map(str, command))}))
    path = f"{harness.PEERS}/usr/bin:{os.environ['PATH']}"
    return started(case, ["sh", script], "tcpserver.log", at(port), env={"PATH": path})


def systemd_wait(case, user, command):
    """systemd-socket-activate, which hands over both sockets once and ends as the program: LISTEN_FDS."""
    return systemd(case, user, command, "greyonce.service", ())


def systemd(case, user, command, service="greyonce@.service", how=("--accept", "--inetd")):
    """systemd-socket-activate with the unit's command, unix and, as its comment proposes, TCP."""
    path, port = socket_path(case), str(harness.free_port())
    unit = (SHIPPED / "greyonce.socket").read_text()
    listens = re.findall(r"ListenStream=([^\s]+\w)", unit)
    if listens != [f"{ADDRESS}:{PORT}", SOCKET]:
        raise AssertionError(f"greyonce.socket listens at {listens}")
    replaced((SHIPPED / service).read_text(), {f"ExecStart={PROGRAM}\n": ""})
    activate = [harness.PEERS / "usr/bin/systemd-socket-activate", *how, "-l", path, "-l", f"{ADDRESS}:{port}"]
    case.folder.joinpath("run").chmod(0o777)
    as_user = ["setpriv", "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"]
    addresses = started(case, [*as_user, *activate, *command], "systemd.log", path, at(port))
    path.chmod(0o666)
    return addresses


def s6(case, user, command):
    """s6-ipcserver-socketbinder, unix, one process for all. Its folder is the test's user's to write in, as it ought to be."""
    path = socket_path(case)
    script = case.folder / "run-script"
    script.write_text(replaced((SHIPPED / "s6-run").read_text(), {
        SOCKET: str(path), "s6-setuidgid greyonce": f"setpriv --reuid {user} --regid {pwd.getpwnam(user).pw_gid} --clear-groups", PROGRAM: shlex.join(map(str, command))}))
    folders = f"{harness.PEERS}/usr/bin:{harness.PEERS}/bin:{os.environ['PATH']}"
    addresses = started(case, ["sh", script], "s6.log", path, env={"PATH": folders})
    path.chmod(0o666)
    return addresses


UNIX_AND_TCP = {"inetd": inetd, "systemd": systemd}
TCP = {"xinetd": xinetd, "tcpserver": tcpserver}
WAITING = {"inetd_wait": inetd_wait, "xinetd_wait": xinetd_wait, "systemd_wait": systemd_wait, "s6": s6}
ALL = UNIX_AND_TCP | TCP | WAITING
