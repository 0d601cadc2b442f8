#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# report.sh SVA-PERF - runs are compared: with itself, one shows no change; slowed down by a fifth, a
# regression, and the exit status says so. The page is well-formed and needs nothing from elsewhere.
set -euo pipefail
sva_perf=$1
. "$(dirname "$0")/check.sh"

perf 0 --queue cpu --op memmove,crc --size 4K,64K --mode submit,call --turns 11 --turn-ms 1 --quiet --json "$work/a.json"

# slower FACTOR EXPRESSION - the samples of the results for which it is true, in b.json
slower()
{
	perl -MJSON::PP -0777 -e '
		my $run = decode_json(<STDIN>);
		my ($factor, $which) = @ARGV;
		for (@{$run->{results}}) {
			next unless eval $which;
			for my $samples (values %{$_->{samples}}) { $_ *= $factor for @$samples }
		}
		print encode_json($run)' "$1" "$2" <"$work/a.json" >"$work/b.json"
}

# Noise of the machine that runs this test must not hide what is planted: all turns alike.
perl -MJSON::PP -0777 -e '
	my $run = decode_json(<STDIN>);
	for (@{$run->{results}}) {
		for my $samples (values %{$_->{samples}}) {
			my $i = 0;
			$_ = $samples->[0] * (1 + 0.001 * $i++) for @$samples[1 .. $#$samples];
		}
	}
	print encode_json($run)' <"$work/a.json" >"$work/even.json"
mv "$work/even.json" "$work/a.json"

perf 0 report "$work/a.json" "$work/a.json" -o "$work/same.html"
prints 'no change beyond the noise'

slower 1.2 '$_->{mode} eq "submit"'
perf 3 report "$work/a.json" "$work/b.json" -o "$work/slower.html"
prints 'REGRESSION' 'Slower:' 'memmove submit'
! grep -q 'Faster:' "$work/out" || fail "something is said to be faster"
perf 0 report "$work/a.json" "$work/b.json" --max-regression 30
prints 'Slower:'
perf 0 report "$work/b.json" "$work/a.json"
prints 'Faster:'
perf 0 report "$work/a.json" "$work/b.json" --max-regression 30 --min-effect 25
prints 'no change beyond the noise'

# That the plain functions got slower says that the machine did, and is no regression.
slower 1.2 '$_->{mode} eq "plain"'
perf 0 report "$work/a.json" "$work/b.json"
prints 'no change beyond the noise' 'the plain functions have changed by up to 20 % (their median by +20 %)'

# One run alone: a table, or a page.
perf 0 report "$work/a.json"
prints speed-up memcpy
perf 0 report "$work/a.json" --output "$work/one.html"

# page FILE - each element is closed in order, and nothing is loaded
page()
{
	perl -0777 -ne '
		my @open;
		s/<!DOCTYPE html>//; s/<style>.*?<\/style>//s;
		die "a bare < or &\n" if /<(?![a-z\/])/ || /&(?!(lt|gt|amp|quot);)/;
		while (/<(\/?)([a-z0-9]+)((?:\s[^<>]*)?)>/g) {
			my ($close, $name, $rest) = ($1, $2, $3);
			next if $rest =~ /\/$/;
			if (!$close) { push @open, $name; next }
			my $last = pop @open // "nothing";
			die "</$name> closes <$last>\n" if $last ne $name;
		}
		die "not closed: @open\n" if @open;' "$1" || fail "$1 is not well-formed"
	grep -q '<svg class="plot"' "$1" || fail "$1 has no plot"
	grep -q 'polyline' "$1" || fail "$1 has no line"
	! grep -qE 'https?:|src=|href=|url\(|@import|<script|NaN|nan|inf,' "$1" || fail "$1 needs something, or plots no number"
}

page "$work/same.html"
page "$work/slower.html"
page "$work/one.html"
for plot in 'memmove: throughput' 'memmove: CPU time' 'memmove: latency at' 'crc: throughput'; do
	grep -q "$plot" "$work/one.html" || fail "no plot of $plot"
done
grep -q 'What has changed' "$work/slower.html" || fail "the page does not say what has changed"
echo "report: ok"
