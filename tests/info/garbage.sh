#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# garbage.sh SVA-EMU SVA-INFO SVA-SETUP SVA-RUN CASES - garbage in each option, variable and file of the three tools:
# they say what is wrong, and fail; and the library of sva-run goes on in silence, with all work left to the CPU
set -euo pipefail
sva_emu=$(realpath "$1")
. "$(dirname "$0")/../emu/programs/check.sh"
cd "$work"
cat >garbage.py <<'END_OF_PYTHON'
import glob, json, os, random, re, subprocess, sys

info, setup, run, cases = sys.argv[1:]
library = os.path.dirname(run) + "/libsva-run.so"
random.seed(1)
plain = {k.encode(): v.encode() for k, v in os.environ.items()}

def noise(most, least=1):
    return bytes(random.randrange(1, 256) for i in range(random.randint(least, most)))

values = [b"", b"-", b"=", b"%s%n%d", b"';touch canary;'", b"`touch canary`", b"\x1b[2J\xff\n", b"9" * 40, b"-1",
          b"0x10", b"1e9", b"A" * 100000, b"no/such/file"] + [noise(60) for i in range(12)]

def shown(command, variables):
    return "%r %r" % (variables, [c[:80] for c in command])

def call(statuses, command, variables={}, **more):
    """Run it: how it ends is one of these, and if it fails, it says why."""
    command = [c if isinstance(c, bytes) else c.encode() for c in command]
    done = subprocess.run(command, env={**plain, **variables}, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, **more)
    said = done.stdout + done.stderr
    if done.returncode not in statuses or (done.returncode and not said.strip()):
        sys.exit("%s: status %d: %r" % (shown(command, variables), done.returncode, said[-1000:]))
    if os.path.exists("canary"):
        sys.exit("%s: a shell carried it out" % shown(command, variables))
    return done

def some(how_many, *but):
    return random.sample([v for v in values if v not in but], how_many)

# sva-info. What is no number, queue, folder or level is refused; where there are no devices, none is usable.
for value in values:
    for option in b"--watch=", b"--times=", b"--check=", b"--json=", b"--test=", b"--", b"-":
        if option + value not in (b"--", b"-", b"--="):
            call([2] if option + value != b"--" + b"-" else [0, 1, 2], [info, option + value])
    call([1], [info, "--", value])
    call([1], [info, "--check", "--", value])
    if value:
        call([2], [info, b"--root=" + value])
        call([2], [info, "--check"], {b"LIBSVA_LOG": value})
        call([1], [info, "--check"], {b"LIBSVA_SYSFS_PATH": value})
        call([1], [info, "--check"], {b"LIBSVA_DEV_PATH": value})
    call([0], [info, "--check"], {b"LIBSVA_CPU": value})

# sva-setup, its words and options.
for value in values:
    for option in b"--apply=", b"--undo=", b"--no-boot=", b"--no-files=", b"--group=", b"--":
        if option + value != b"--":
            call([2], [setup, "shared", option + value])
    call([2], [setup, "--", value])
    call([2], [setup, "dedicated", "--", value])
    call([1], [setup, "shared", b"--device=" + value])
    call([1], [setup, b"--load=" + value])
    call([0, 1], [setup, "shared", b"--save=" + value])

# Its files: noise, and a configuration with something replaced. If it refuses, nothing has changed.
def state():
    """What accel-config saves."""
    attributes = glob.glob("/sys/bus/dsa/devices/*/*")
    return {a: open(a).read() for a in attributes if a.rsplit("/")[-1] in (
        "state", "group_id", "mode", "size", "type", "name", "threshold", "priority", "max_batch_size",
        "max_transfer_size", "block_on_fault")}

def strange():
    return random.choice([None, True, -1, 0, 99, 2 ** 31, 2 ** 32, 2 ** 63, 1.5, "", "x" * 200, "wq0.9", [], {}, [[]],
                          "';touch canary;'", "$(touch canary)", "a\nb", "\u00e4\u0007"])

def replace(node):
    """Something in it, by something strange."""
    key = random.choice(list(node) if isinstance(node, dict) else range(len(node)))
    if isinstance(node[key], (dict, list)) and node[key] and random.random() < 0.9:
        replace(node[key])
    else:
        node[key] = strange()

call([0], [setup, "dedicated", "2", "--save", "good"])
call([0], [setup, "--load", "good", "--apply", "--no-files"])
before = state()
for turn in range(120):
    configuration = json.load(open("good"))
    for n in range(random.randint(1, 2)):
        replace(configuration)
    text = json.dumps(configuration).encode()
    if turn % 4 == 0:
        at = random.randrange(len(text))
        text = text[:at] + noise(20) + text[at + random.randint(0, 20):]
    open("bad", "wb").write(text if turn % 8 else noise(300))
    if call([0, 1], [setup, "--load", "bad", "--apply", "--no-files"]).returncode:
        assert state() == before, (text, {k: (v, before[k]) for k, v in state().items() if v != before[k]})
    else:
        call([0], [setup, "--load", "good", "--apply", "--no-files"])

# The commands that it prints are for a shell: whatever the names are, they are arguments.
for word in "a;touch canary", "$(touch canary)", "'`touch canary`'", "a\ntouch canary\n#", "", "-", "\u00e4 \\ \"":
    configuration = json.load(open("good"))
    queue = configuration[0]["groups"][0]["grouped_workqueues"][0]
    queue["name"] = queue["driver_name"] = queue["type"] = word
    json.dump(configuration, open("bad", "w"))
    commands = call([0], [setup, "--load", "bad", "--no-files"]).stdout
    open("commands", "wb").write(b"accel-config() { case $* in *--name*) shift 6; printf '%s\\0' \"$1\" >>names ;; esac; }\n" +
                                 b">names\n" + re.sub(rb" > /sys/\S*", b" > x", commands))
    call([0], ["bash", "-eu", "commands"])
    assert open("names", "rb").read().split(b"\0")[0] == b"--name=" + word.encode(), commands

# What it has kept for --undo: neither lost nor carried out.
kept = "root/var/lib/sva-setup/before.json"
os.makedirs(os.path.dirname(kept))
for text in b"", b"{", noise(100):
    open(kept, "wb").write(text)
    call([1], [setup, "--undo", "--apply", "--root", "root"])
    said = call([1], [setup, "shared", "--apply", "--root", "root"])
    assert b"repair or remove it" in said.stderr, said
    assert open(kept, "rb").read() == text and state() == before

# sva-run: the command says what is wrong, and runs nothing; its library is silent. Names of queues and files may be
# anything.
settings = "record stats json output signal functions queue threshold adapt wait fault timeout offload config".split()
for name in settings:
    free = name in ("queue", "output")
    for value in some(8, b""):
        flag = [] if name in ("record", "stats", "json") else [name]
        variable = {b"LIBSVA_RUN_" + name.upper().encode(): value}
        for option in flag:
            call([0, 125] if free else [125], [run, b"--" + name.encode() + b"=" + value, "/bin/true"])
        call([0, 125] if free else [125], [run, "/bin/true"], variable)
        done = call([0], [cases, "once"], {**variable, b"LD_PRELOAD": library.encode() + b" " + plain.get(b"LD_PRELOAD", b"")})
        assert free or not done.stderr, done
for value in some(8, b""):
    call([125], [run, "/bin/true"], {b"LIBSVA_LOG": value})
    for name in b"LIBSVA_LOG", b"LIBSVA_CPU", b"LIBSVA_SYSFS_PATH", b"LIBSVA_DEV_PATH":
        call([0], [cases, "once"], {name: value, b"LD_PRELOAD": library.encode() + b" " + plain.get(b"LD_PRELOAD", b"")})
for turn in range(60):
    line = random.choice(settings).encode() + b" = " + random.choice(values) + b"\n"
    open("file", "wb").write(b"[run_cases]\n" * random.randint(0, 1) + (line if turn % 2 else noise(500)))
    call([0, 125] if turn % 2 else [125], [run, "--config", "file", "/bin/true"])
    call([0], [cases, "once"], {b"LIBSVA_RUN_CONFIG": b"file",
                                b"LD_PRELOAD": library.encode() + b" " + plain.get(b"LD_PRELOAD", b"")})

# Programs may be called anything.
os.mkdir("named")
for value in some(8):
    if len(value) > 200 or b"/" in value or not value:
        continue
    os.symlink(cases, b"named/" + value)
    call([0], [run, "--stats", "--json", "--output", "statistics", "--", b"named/" + value, "once"])
assert all(json.loads(line)["process"] for line in open("statistics", "rb"))
END_OF_PYTHON
timeout 280 "$sva_emu" -- python3 garbage.py "${@:2}" >out 2>&1 || fail "exit status $?"
