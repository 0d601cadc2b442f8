#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# environment.sh SVA-EMU PROGRAM - programs that lose the emulator's library: they get it back, or are
# told why they cannot be helped. PROGRAM says which path it has.
set -euo pipefail
sva_emu=$1 program=$(realpath "$2")
. "$(dirname "$0")/check.sh"

# portal COMMAND... - the program, started that way, has a portal
portal()
{
	emu 0 -- "$@"
	prints 'path    portal'
}

portal env -i "$program"
portal env -u LD_PRELOAD "$program"
portal sh -c "unset LD_PRELOAD LIBSVA_CPU; exec $program"
portal sh -c "export LD_PRELOAD=; $program"
portal perl -e "%ENV = (); system('$program') == 0 or exit 1"
portal xargs -a /dev/null env -i sh -c "$program"

# Another library comes first, and has functions of the same names.
cat >"$work/first.c" <<'END'
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, addr, length, prot, flags, fd, offset);
}
END
cc -shared -fPIC "$work/first.c" -o "$work/first.so"
portal sh -c "LD_PRELOAD=$work/first.so exec $program"
portal sh -c "LD_PRELOAD=$work/first.so:\$LD_PRELOAD exec $program"
LD_PRELOAD=$work/first.so portal "$program"

# A parent that nothing can be loaded into.
cat >"$work/parent.c" <<'END'
#include <unistd.h>
int main(int argc, char **argv)
{
	char *none[] = { 0 };
	return argc < 2 || execve(argv[1], argv + 1, none);
}
END
cat >"$work/raw.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static int open_raw(const char *path)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(SYS_open), "D"(path), "S"(O_RDWR), "d"(0L)
			 : "rcx", "r11", "memory");
	return result;
}
int main(int argc, char **argv)
{
	char desc[64] = { 0 };
	const char *path = "/dev/dsa/wq0.0", *how = argc > 1 ? argv[1] : "close";
	int fd = strcmp(how, "function") ? open_raw(path) : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR);

	if (!strcmp(how, "write"))
		return write(fd, desc, 64) == 64;
	if (!strcmp(how, "mmap"))
		return mmap(0, 4096, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED;
	if (!strcmp(how, "function"))
		return syscall(SYS_mmap, 0L, 4096L, (long)PROT_WRITE, (long)MAP_SHARED, (long)fd, 0L) == -1;
	return close(fd);
}
END
if cc -static "$work/parent.c" -o "$work/parent" 2>/dev/null; then
	portal "$work/parent" "$program"
	cc -static "$work/raw.c" -o "$work/static"
	"$sva_emu" -- "$work/static" >"$work/out" 2>&1
	prints 'it is linked statically'
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "more than one reason:"
fi

# System calls of its own: by syscall() they are seen, and a portal needs no more than mmap().
cc "$work/raw.c" -o "$work/raw"
for how in mmap function; do
	"$sva_emu" -- "$work/raw" $how >"$work/out" 2>&1 || fail "$how: exit status $?"
	[ ! -s "$work/out" ] || fail "$how is said to be impossible:"
done
for how in write close; do
	"$sva_emu" -- "$work/raw" $how >"$work/out" 2>&1
	prints 'makes the system calls open() or mmap() itself'
	[ "$(wc -l <"$work/out")" -eq 1 ] || fail "more than one reason:"
done
echo "environment: ok"
