#!/bin/sh
# Builds for arm64 on another machine, and runs the unit tests and the demonstration there by qemu-user. As root, in a
# root that is this script's own: it installs the libraries of the other architecture beside the machine's, and in place
# of them where both do not go together.
set -eu

triplet=aarch64-linux-gnu
build=build/arm64
libraries=$(make -s show-build-packages | tr ' ' '\n' | grep -E '^lib')

dpkg --add-architecture arm64
apt-get -qy update
# shellcheck disable=SC2086,SC2046 # words
apt-get -qy install --no-install-recommends make "g++-$triplet" qemu-user libgtest-dev:arm64 $(printf '%s:arm64 ' $libraries)

make -j"$(nproc)" BUILD=$build CXX=$triplet-g++ AR=$triplet-ar STRIP=$triplet-strip WERROR=-Werror all $build/tests/unit

emulated=$(mktemp -d)
trap 'rm -rf "$emulated"' EXIT
for program in greyonce greyrules greystate; do
    printf '#!/bin/sh\nexec qemu-aarch64 %s "$@"\n' "$PWD/$build/$program" >"$emulated/$program"
    chmod +x "$emulated/$program"
done
sh tests/demo.sh "$emulated"
printf '#!/bin/sh\nexec qemu-aarch64 %s "$@"\n' "$PWD/$build/tests/unit" >"$emulated/unit"
chmod +x "$emulated/unit"
python3 tests/run.py --unit "$emulated/unit"
