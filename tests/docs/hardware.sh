#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# hardware.sh SOURCE-DIRECTORY - the commands of sva-hardware(7) configure the queues that it says they do.
set -euo pipefail
command -v accel-config >/dev/null || exit 77
sed 's/\\-/-/g; s/\\e$/\\/' "$1/man/sva-hardware.7" | grep -E -A3 '^accel-config config-(engine|wq)|^accel-config enable' |
	grep -E '^(accel-config|    --)' >commands
[ "$(grep -c '^accel-config' commands)" = 10 ]
echo '[]' >none.json
cat >>commands <<'END'
for wq in wq0.0 wq0.1 wq1.0; do
	sva-info --check $wq
done
END
sva-emu --devices dsa,iax --config none.json -- bash -e commands
