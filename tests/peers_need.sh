#!/bin/sh
# Prints what unpacked packages need and do not hold themselves: peers_need.sh FOLDER PACKAGE...
# FOLDER/fetched has the packages' files. Of alternatives the first is taken.
set -eu

folder=$1
shift
for package in "$@"; do
    for file in "$folder/fetched/${package}"_*.deb; do
        [ ! -e "$file" ] || dpkg-deb -f "$file" Depends Pre-Depends
    done
done | sed 's/^[A-Za-z-]*: //' | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/:any//; s/ //g' | sort -u |
    while read -r needed; do
        case " $* " in
        *" $needed "*) ;;
        *) echo "$needed" ;;
        esac
    done
