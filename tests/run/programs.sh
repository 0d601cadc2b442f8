#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# programs.sh WHERE SVA-EMU SVA-RUN NAME - a real program prints the same with sva-run as without it
. "$(dirname "$0")/check.sh"
name=$1
mkdir "$work/in"
cd "$work/in"
export LC_ALL=C TZ=UTC HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_DATE=@0 GIT_COMMITTER_DATE=@0
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b

needs()
{
	command -v "$1" >/dev/null || { echo "skipped: there is no $1"; exit 77; }
}

# Numbers that look random, and are the same each time: @1 lines.
lines()
{
	awk -v n="$1" 'BEGIN { x = 1; for (i = 0; i < n; i++) { x = x * 48271 % 2147483647; print x, i } }'
}

case $name in
sort)
	lines 60000 >data
	cat >script <<'END'
sort data | cksum
sort -n -S 1M -T . data | cksum
sort -k2 -r data | cksum
END
	;;
tar)
	mkdir tree
	for i in 1 2 3; do lines $((i * 20000)) >tree/$i; done
	cat >script <<'END'
tar --sort=name --mtime=@0 --blocking-factor=512 -cf archive.tar tree
cksum <archive.tar
mkdir new
tar --blocking-factor=512 -xf archive.tar -C new
diff -r tree new/tree && echo same
rm -r new
END
	;;
gzip)
	lines 60000 >data
	cat >script <<'END'
gzip -n -9 -k -f data
cksum <data.gz
gzip -dc data.gz | cmp - data && echo same
END
	;;
sqlite3)
	needs sqlite3
	cat >script <<'END'
rm -f db
sqlite3 db <<'SQL'
PRAGMA page_size = 65536;
CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, data BLOB);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
	INSERT INTO t SELECT i, printf('%.*c', 20000, char(65 + i % 26)), zeroblob(i * 500) FROM n;
UPDATE t SET text = text || id WHERE id % 3 = 0;
SELECT count(*), sum(length(text)), sum(length(data)) FROM t;
SELECT id, substr(text, -4) FROM t WHERE text > 'X' ORDER BY text DESC LIMIT 5;
PRAGMA integrity_check;
VACUUM;
SELECT sum(length(text || data)) FROM t;
SQL
END
	;;
python3)
	needs python3
	cat >script <<'END'
python3 -I - <<'PY'
import hashlib, zlib
data = bytearray(i * 7 & 255 for i in range(1 << 18))
copies = [bytes(data) for i in range(20)]
joined = b"".join(copies)
assert all(c == copies[0] for c in copies) and joined[:len(data)] == data
data[100:100] = data
text = "x" * 300000 + "y"
print(hashlib.sha256(joined).hexdigest(), hashlib.sha256(data).hexdigest(), text > "x" * 300000)
print(zlib.crc32(zlib.decompress(zlib.compress(joined, 1))), len(sorted(text)), len((text * 3)[::2]))
PY
END
	;;
git)
	needs git
	mkdir tree
	for i in 1 2 3; do lines $((i * 10000)) >tree/$i; done
	cat >script <<'END'
rm -rf repository clone
git init -q repository
cd repository
cp -r ../tree .
git add tree
git commit -qm one
sed -i 's/7/8/' tree/2
git commit -qam two
git gc -q --prune=now
git diff --stat HEAD~ HEAD
git fsck --full 2>&1
git rev-parse HEAD
git clone -q . ../clone
git -C ../clone log --oneline
diff -r tree ../clone/tree && echo same
END
	;;
redis)
	needs redis-server
	needs redis-benchmark
	needs redis-cli
	cat >script <<'END'
rm -f dump.rdb
redis-server --port 0 --unixsocket "$PWD/socket" --save '' --daemonize no >log &
server=$!
until [ "$(redis-cli -s socket ping 2>/dev/null)" = PONG ]; do sleep 0.05; done
redis-benchmark -s socket -n 200 -c 4 -d 100000 -r 50 -t set,get,lpush,lpop -q >benchmark 2>&1 || echo failed
grep -ci error benchmark
head -c 200000 /dev/zero | tr '\0' z | redis-cli -s socket -x set key
redis-cli -s socket append key tail
redis-cli -s socket getrange key 199990 200010
redis-cli -s socket get key | cksum
redis-cli -s socket save
redis-cli -s socket debug reload
redis-cli -s socket get key | cksum
redis-cli -s socket shutdown nosave
wait $server
echo "status $?"
END
	;;
*)
	fail "no such program: $name"
	;;
esac

status=0
timeout 120 bash script >"$work/expected" 2>&1 || status=$?
run -- bash script || [ $? -eq $status ] || fail "exit status $?, not $status"
diff "$work/expected" "$work/out" || fail "it prints something else"
processes 1
grep -o '"program":"[^"]*"' "$statistics" | sort | uniq -c
