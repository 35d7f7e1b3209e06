#!/bin/sh
# Starts systemd in a root that on_debian.sh has made, and runs a command there as a service: booted.sh FOLDER COMMAND
#
# As root. The command is run in /greyonce; its output is printed, and its exit status is that of this script. Only the loopback
# network is there. All ends with the command.
# shellcheck disable=SC2317 # called at the end
set -eu

folder=$1 command=$2

printf '%s\n' '#!/bin/sh' 'cd /greyonce' "($command) >/booted.output 2>&1" 'echo $? >/booted.status' >"$folder/booted.sh"
rm -f "$folder/booted.output" "$folder/booted.status"
units=$folder/etc/systemd/system
mkdir -p "$units/multi-user.target.wants"
ln -sf ../booted.service "$units/multi-user.target.wants/booted.service"
cat >"$units/booted.service" <<'UNIT'
[Unit]
After=network.target
[Service]
Type=oneshot
ExecStart=/bin/sh /booted.sh
ExecStopPost=/bin/systemctl --no-block poweroff
UNIT

# Its control groups are a branch of ours, of the second version, wherever that is mounted.
groups=$(mktemp -d)
mount -t cgroup2 cgroup2 "$groups"
branch=$groups/greyonce-$$
mkdir "$branch"
left() {
    find "$branch" -depth -type d -exec rmdir {} +
    umount "$groups"
    rmdir "$groups"
    rm -f "$units/booted.service" "$units/multi-user.target.wants/booted.service" "$folder/booted.sh"
}
trap left EXIT
# shellcheck disable=SC2016 # the shells within expand these
timeout 600 sh -c '
    echo $$ >"$1/cgroup.procs"
    exec unshare --cgroup --mount --pid --uts --ipc --net --fork --kill-child --propagation private sh -c "$2" "$0"' \
    "$folder" "$branch" '
    set -e
    mount --bind "$0" "$0"
    cd "$0"
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    for place in run tmp dev; do mount -t tmpfs tmpfs $place; done
    mkdir dev/pts dev/shm
    for device in null zero full random urandom tty; do
        touch dev/$device
        mount --bind /dev/$device dev/$device
    done
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    touch dev/console
    pivot_root . mnt
    umount -l mnt
    exec env -i container=unshared PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target' \
    >"$folder.booted.log" 2>&1 </dev/null || true
cat "$folder/booted.output" || cat "$folder.booted.log"
exit "$(cat "$folder/booted.status" || echo 1)"
