# SPDX-License-Identifier: MIT
# A line for each probe that is hit, with its arguments; the emulator's signals are its own.
set pagination off
set debuginfod enabled off
handle SIGILL SIGSEGV SIGBUS nostop noprint pass
break main
run
delete
break -probe-stap sva:open
commands
silent
printf "open %s path %d\n", (char *)$_probe_arg0, $_probe_arg1
continue
end
break -probe-stap sva:submit
commands
silent
printf "submit %s opcode %d size %lu\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3
continue
end
break -probe-stap sva:retry
commands
silent
printf "retry %s opcode %d size %lu\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3
continue
end
break -probe-stap sva:full
commands
silent
printf "full %s opcode %d size %lu\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3
continue
end
break -probe-stap sva:complete
commands
silent
printf "complete %s opcode %d size %lu status %#x\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3, $_probe_arg4
continue
end
break -probe-stap sva:fault
commands
silent
printf "fault %s opcode %d size %lu status %#x address src+%ld\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3, $_probe_arg4, $_probe_arg5 - (unsigned long)&src
continue
end
break -probe-stap sva:resume
commands
silent
printf "resume %s opcode %d size %lu\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3
continue
end
break -probe-stap sva:cpu
commands
silent
printf "cpu %s opcode %d size %lu why %d\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3, $_probe_arg4
continue
end
break -probe-stap sva:timeout
commands
silent
printf "timeout %s opcode %d size %lu\n", (char *)$_probe_arg0, $_probe_arg2, $_probe_arg3
continue
end
break -probe-stap sva:fail
commands
silent
printf "fail %s\n", (char *)$_probe_arg0
continue
end
continue
