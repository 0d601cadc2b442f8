#!/bin/sh
# SPDX-License-Identifier: MIT
# pages.sh SOURCE-DIRECTORY
# Every public function has a man page that names it, and no page is of a function that is gone.
set -eu
cd "$1"
bad=0
refs=$(mktemp)
trap 'rm -f "$refs"' EXIT

complain()
{
	echo "$*" >&2
	bad=1
}

# Declarations and lower-case macros begin in column 1; what only inline functions need is not
# for the manual.
public_functions()
{
	cat include/sva/*.h |
		sed -nE 's/^(#define |[a-zA-Z][a-zA-Z_0-9 *]*[ *])(sva_[a-z0-9_]+)\(.*/\2/p' |
		grep -v '^sva__' |
		sort -u
}

# The page behind a link.
target_of()
{
	link=$(sed -n 's/^\.so man3\///p' "$1")
	echo "man/${link:-${1#man/}}"
}

# The functions that stand before the dash of the NAME section.
names_in()
{
	sed -n '/^\.SH NAME/,/^\.SH SYNOPSIS/p' "$1" | tr '\n' ' ' |
		sed 's/^\.SH NAME //; s/ \\- .*//; s/,/ /g'
}

functions=$(public_functions)
[ "$(echo "$functions" | wc -l)" -gt 50 ] || complain "too few functions found in include/sva"

for f in $functions; do
	page=man/$f.3
	# A page of a group: sva_batch.3 has no function of that name.
	if [ ! -e "$page" ]; then
		complain "$f has no man page"
		continue
	fi
	page=$(target_of "$page")
	if [ ! -e "$page" ]; then
		complain "man/$f.3 links to $page, which is not there"
		continue
	fi
	case " $(names_in "$page") " in
	*" $f "*) ;;
	*) complain "$page does not have $f in its NAME section" ;;
	esac
	sed -n '/^\.SH SYNOPSIS/,/^\.SH DESCRIPTION/p' "$page" | grep -q "[ *\"]$f(" ||
		complain "$page does not have $f in its SYNOPSIS"
done

for page in man/*.3; do
	if grep -q '^\.so ' "$page"; then
		f=$(basename "$page" .3)
		echo "$functions" | grep -qx "$f" || complain "$page: there is no function $f"
		continue
	fi
	for f in $(names_in "$page"); do
		echo "$functions" | grep -qx "$f" || complain "$page: there is no function $f"
	done
done

for page in man/*.[37]; do
	grep -q '^\.so ' "$page" && continue
	# What it refers to exists.
	sed -nE 's/\\-/-/g; s/^\.BR (sva[a-z0-9_-]*) \(([137])\).*/\1.\2/p' "$page" >"$refs"
	while read -r ref; do
		[ -e "man/$ref" ] || complain "$page refers to $ref, which is not there"
	done <"$refs"
	# Nothing is left out.
	case $page in
	*.3) sections="NAME SYNOPSIS DESCRIPTION RETURN_VALUE ERRORS THREAD_SAFETY NOTES EXAMPLE SEE_ALSO" ;;
	man/sva.7) sections="NAME DESCRIPTION ERRORS ENVIRONMENT NOTES EXAMPLE SEE_ALSO" ;;
	*) sections="NAME DESCRIPTION NOTES SEE_ALSO" ;;
	esac
	for section in $sections; do
		grep -qx ".SH $(echo "$section" | tr _ ' ')" "$page" || complain "$page has no $section"
	done
	[ -z "${sections##*EXAMPLE*}" ] || continue
	grep -qx '.EX' "$page" || complain "$page has no example between .EX and .EE"
done

[ $bad = 0 ] && echo "$(echo "$functions" | wc -l) functions, each with a page"
exit $bad
