# SPDX-License-Identifier: MIT
# The program of a man page: what stands between .EX and .EE, without the escapes of roff.
/^\.EE$/ { on = 0 }
on {
	sub(/^\\&/, "")
	gsub(/\\-/, "-")
	gsub(/\\e/, "\\")
	print
}
/^\.EX$/ { on = 1 }
