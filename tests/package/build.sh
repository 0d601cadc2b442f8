#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build.sh - build the packages from a copy of the tree, as git knows it. They have the files of the list `contents`, and
# lintian has nothing to say. The unit tests have their own place.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/../../scripts/lib.sh"

for tool in dh doxygen git lintian; do
	command -v $tool >/dev/null || { echo "there is no $tool: skipped"; exit 77; }
done
[ -e "$root/.git" ] || { echo 'this is no working tree of git: skipped'; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source_package "$work" >/dev/null
cd "$work"/libsva-*/
DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" quietly env -u CMAKE_C_COMPILER_LAUNCHER dpkg-buildpackage -us -uc
cd ..

# Of manual pages of functions and of the reference the folder will do.
for package in *[0-9a-z]_*.deb; do
	[[ $package == *-dbgsym_* ]] || dpkg-deb --fsys-tarfile "$package" | tar -t | grep -v '/$' |
		sed -E "s,^\.,${package%%_*}: ,; s,(/man3/|/html/).*,\1,"
done | sort -u >contents
diff -u "$here/contents" contents

lintian --allow-root -EvI --pedantic --fail-on error,warning,info,pedantic,experimental ./*.changes
