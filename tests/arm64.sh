#!/bin/sh
# Builds for arm64 on another machine, and runs the unit tests and the demonstration there by qemu-user. As root, on a
# Debian that may be changed: it adds the other architecture to it. That one's libraries are only unpacked, beside the build. The
# demonstration is that of Debian's package for arm64, as it is installed.
# With the word `packages` it only installs what it takes from the distribution, with `build` it only builds; what was built
# is run as it stands with `unit`, the unit tests, and with `installed`, all but these.
set -eu

triplet=aarch64-linux-gnu
build=$PWD/build/arm64
root=$build/root
libraries=$(make -s show-build-packages | tr ' ' '\n' | grep -E '^lib')

emulated=$(mktemp -d)
trap 'rm -rf "$emulated"' EXIT
for program in /usr/sbin/greyonce /usr/sbin/greyrules /usr/sbin/greystate "$build/tests/unit"; do
    printf '#!/bin/sh\nexec qemu-aarch64 %s "$@"\n' "$program" >"$emulated/${program##*/}"
    chmod +x "$emulated/${program##*/}"
done
# The emulator has no Landlock.
unit_tests() { GTEST_FILTER='-Confined.*' python3 tests/run.py --unit "$emulated/unit"; }
if [ "${1:-}" = unit ]; then
    unit_tests
    exit
fi

dpkg --add-architecture arm64
apt-get -qy update
apt-get -qy install --no-install-recommends make python3 "g++-$triplet" qemu-user debhelper adduser
[ "${1:-}" != packages ] || exit 0
mkdir -p "$build/partial"
# shellcheck disable=SC2046,SC2086 # words
apt-get -qy install --download-only --no-install-recommends -o Dir::Cache::archives="$build" -o APT::Sandbox::User=root \
    libgtest-dev:arm64 $(printf '%s:arm64 ' $libraries)
mkdir -p "$root"
for package in "$build"/*_arm64.deb; do
    case ${package##*/} in
    libc6* | libgcc* | libstdc++* | linux-libc-dev* | libcrypt*) ;; # the compiler has its own
    *) dpkg -x "$package" "$root" ;;
    esac
done

# What requests touch cannot be watched here, so the linker lays the filter out as it likes.
: >"$build/layout.ld"
across() {
    make BUILD=build/arm64 TOGETHER='src tests' ARCH=arm64 AR=$triplet-ar STRIP=$triplet-strip WERROR=-Werror \
        CXX="$triplet-g++ -isystem $root/usr/include -isystem $root/usr/include/$triplet -L$root/usr/lib/$triplet" \
        CXXFLAGS='-O1 -static' "$@"
}
across -j"$(nproc)" -o build/arm64/layout.ld all build/arm64/tests/unit
[ "${1:-}" != build ] || exit 0
# Younger than what it is made of, and older than what is made with it, or both would be made again.
touch "$build/layout.ld"
touch "$build/greyonce"
across deb
dpkg -i "$build"/greyonce_*_arm64.deb

sh tests/demo.sh "$emulated"
dpkg -P greyonce:arm64
[ "${1:-}" = installed ] || unit_tests
