# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # cache: run
# Debian's archive, by an apt of our own: its lists and downloads are in the cache, and the machine's
# package configuration is only read. What is downloaded is authenticated by apt.

archive=$cache/apt

apt_options=(-q -o "Dir::Etc::SourceList=$archive/sources.list" -o Dir::Etc::SourceParts=/dev/null
	-o Dir::Etc::PreferencesParts=/dev/null -o Dir::Etc::Preferences=/dev/null
	-o "Dir::State=$archive/state" -o "Dir::State::status=$archive/state/status"
	-o "Dir::Cache=$archive/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none
	-o Acquire::Retries=2 -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
	-o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false)

# mirror - the Debian mirror that this machine uses
mirror()
{
	apt-get indextargets --format "\$(REPO_URI)" | sed -n '\,/debian/*$,p' | awk 'NR == 1'
}

# archive_open - have the lists, not older than a day; fails without a mirror that answers
archive_open()
{
	local uri suite

	[ -z "$(find "$archive/opened" -mmin -1440 2>/dev/null)" ] || return 0
	uri=$(mirror)
	[ -n "$uri" ] || { echo "no Debian mirror among this machine's package sources"; return 1; }
	mkdir -p "$archive/state/lists/partial" "$archive/cache/archives/partial"
	: >"$archive/state/status"
	for suite in bookworm bookworm-backports trixie trixie-backports sid; do
		echo "deb $uri $suite main"
		echo "deb-src $uri $suite main"
	done >"$archive/sources.list"
	quietly apt-get "${apt_options[@]}" update || { echo "the Debian mirror does not answer"; return 1; }
	touch "$archive/opened"
}

# archive_list KIND SUITE - KIND (Packages or Sources) of a suite: lines "name version"
archive_list()
{
	local list=$archive/$1.$2
	[ "$list" -nt "$archive/opened" ] ||
		apt-get "${apt_options[@]}" indextargets --format "\$(FILENAME)" "Created-By: $1" "Codename: $2" |
		xargs -r /usr/lib/apt/apt-helper cat-file |
			sed -n 's/^Package: //p; s/^Version: //p' | paste -d ' ' - - >"$list"
	cat "$list"
}

# archive_newest KIND REGEX SUITE... - the newest "name version" whose name or version matches
archive_newest()
{
	local kind=$1 regex=$2 suite
	shift 2
	for suite; do
		archive_list "$kind" "$suite"
	done | grep -E "$regex" | sort -V | tail -n 1
}

# archive_unpack DIR PACKAGE/SUITE... - download packages and unpack them there
archive_unpack()
{
	local dir=$1 work deb
	shift
	work=$(mktemp -d "$cache/unpack.XXXXXX")
	(cd "$work" && quietly apt-get "${apt_options[@]}" download "$@") || { rm -rf "$work"; return 1; }
	mkdir -p "$dir"
	for deb in "$work"/*.deb; do
		dpkg -x "$deb" "$dir" || { rm -rf "$work"; return 1; }
	done
	rm -rf "$work"
}
