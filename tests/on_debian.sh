#!/bin/sh
# Runs a command in a clean clone of this checkout, in a fresh root of a Debian release: on_debian.sh FOLDER RELEASE COMMAND
#
# As root. The root is made in FOLDER by debootstrap, from where this machine takes its own packages, and kept there for
# the next command. Only what is committed is seen. Nothing is mounted outside of a namespace that ends with the command.
set -eu

folder=$1 release=$2 command=$3
top=$(git rev-parse --show-toplevel)

mirror() {
    grep -hs '^URIs:' /etc/apt/sources.list.d/*.sources | grep -m 1 '/debian/*$' | cut -d ' ' -f 2 | grep . ||
        grep -hs '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list |
        grep -oE -m 1 '[a-z]+://[^ ]*/debian/? ' | grep . || echo http://deb.debian.org/debian
}

if [ ! -e "$folder/made" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    unshare --mount --propagation private \
        debootstrap --variant=minbase --include=ca-certificates,make,git "$release" "$folder" "$(mirror)" >"$folder.log" ||
        { tail -n 20 "$folder.log"; exit 1; }
    cp /etc/resolv.conf "$folder/etc/"
    # How packages are fetched here: through which proxy, as whom.
    for settings in /etc/apt/apt.conf /etc/apt/apt.conf.d/*proxy*; do
        [ ! -f "$settings" ] || cp "$settings" "$folder/etc/apt/apt.conf.d/"
    done
    touch "$folder/made"
fi
# What was built of this commit stays for the next command.
if [ "$(git -c safe.directory='*' -C "$folder/greyonce" rev-parse HEAD 2>/dev/null)" != "$(git rev-parse HEAD)" ]; then
    rm -rf "$folder/greyonce"
    git -c safe.directory='*' clone -q "$top" "$folder/greyonce"
fi

# Mounted onto itself, the root can have mount namespaces of its own within: some tests make them.
# shellcheck disable=SC2016 # the shell within expands these
exec unshare --mount --pid --fork --kill-child --propagation private sh -c '
    mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --rbind /sys "$0/sys" &&
    exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        sh -c "cd /greyonce && $1"' "$folder" "$command"
