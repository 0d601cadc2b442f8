#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# reference.sh DOXYFILE - Doxygen makes the reference without a warning, and each public function in it has its
# sentence.
set -euo pipefail
command -v doxygen >/dev/null || exit 77
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

{
	cat "$1"
	echo "OUTPUT_DIRECTORY = $tmp"
	echo "GENERATE_XML = YES"
} >"$tmp/Doxyfile"
if ! doxygen "$tmp/Doxyfile" >"$tmp/output" 2>&1 || [ -s "$tmp/output" ]; then
	cat "$tmp/output"
	exit 1
fi
[ -s "$tmp/html/index.html" ]
perl -0777 -ne '
	while (/<memberdef kind="function".*?<\/memberdef>/gs) {
		my $function = $&;
		my ($name) = $function =~ /<name>(.*?)<\/name>/;
		$count++;
		push @bare, $name if $function =~ m{<briefdescription>\s*</briefdescription>};
	}
	END {
		print "$_() has no description\n" for @bare;
		print "$count functions\n";
		exit(@bare || $count < 150);
	}' "$tmp"/xml/*_8h.xml
