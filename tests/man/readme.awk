# SPDX-License-Identifier: MIT
# The program of the README: the C code block that has a main().
/^```c$/ { on = 1; text = ""; next }
/^```$/ && on {
	on = 0
	if (text ~ /int main\(/)
		printf "%s", text
}
on { text = text $0 "\n" }
