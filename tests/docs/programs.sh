#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# programs.sh SOURCE-DIRECTORY - the tutorial shows the whole text of each program of examples/tutorial, without the
# line of the license.
set -euo pipefail
cd "$1"
count=0

# shown PROGRAM - the C block after the link to it
shown()
{
	awk -v link="[$1](../$1)" '
		$0 == link { found = 1 }
		/^```$/ { if (on) exit }
		on { print }
		found && /^```c$/ { on = 1 }' docs/tutorial.md
}

for program in examples/tutorial/*.c; do
	diff --label "$program" <(tail -n +2 "$program") --label docs/tutorial.md <(shown "$program")
	count=$((count + 1))
done
[ "$count" = 10 ]
