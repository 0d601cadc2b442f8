#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# corpus.sh SOURCE-DIRECTORY MOST COMMAND... -- QUEUE... - "COMMAND QUEUE MOST FILE..." for each queue, with
# files of all kinds, of a Debian machine that has what scripts/lib.sh installs, and of extreme ones that are
# made here
set -euo pipefail
shopt -s nullglob
source=$1 most=$2
shift 2
command=()
while [ "$1" != -- ]; do
	command+=("$1")
	shift
done
shift

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=()

# kind WHAT COUNT FILE... - the first COUNT of those that there are
kind()
{
	local what=$1 left=$2 file

	for file in "${@:3}"; do
		[ "$left" -gt 0 ] || break
		if ! [ -f "$file" ] || ! [ -s "$file" ]; then continue; fi
		files+=("$file")
		left=$((left - 1))
	done
	[ "$left" -lt "$2" ] || { echo "corpus: no $what on this machine: ${*:3}" >&2; exit 1; }
}

kind 'text' 3 /usr/share/common-licenses/{GPL-3,Artistic,BSD}
kind 'source code' 3 "$source"/lib/{pool,deflate}.c "$source"/include/sva/iax.h
kind 'man page' 2 "$source"/man/{sva_deflate.3,sva.7}
kind 'table or dictionary' 3 /usr/share/misc/pci.ids /usr/share/perl/5.*/unicore/Name.pl /var/lib/dpkg/status
kind 'program' 1 /usr/bin/python3
kind 'library' 1 /lib/*/libc.so.6
kind 'image' 2 /usr/share/icons/hicolor/{256x256,16x16}/apps/*.png /usr/share/pixmaps/*.{png,ico}
kind 'compressed file' 2 /usr/share/doc/{chromium,git,perl}/*.gz /usr/share/man/man1/*.gz /usr/share/doc/*/*.gz
: >"$work/empty"
printf x >"$work/byte"
head -c 300000 /dev/zero >"$work/zeros"
head -c 4097 /dev/zero | tr '\0' r >"$work/run"
perl -e 'print "a" x 70000, "b", "a" x 70000' >"$work/two-runs"

for queue; do
	"${command[@]}" "$queue" "$most" "$work"/{empty,byte,zeros,run,two-runs} "${files[@]}"
done
