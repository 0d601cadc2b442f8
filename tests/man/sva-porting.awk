# SPDX-License-Identifier: MIT
# The program of sva-porting(7): the first piece between .EX and .EE stands outside of functions, and each of
# the others is the body of one that returns err. main() calls them all.
/^\.EE$/ {
	on = 0
	if (pieces++)
		print "\treturn err;\n}"
	next
}
on {
	sub(/^\\&/, "")
	gsub(/\\-/, "-")
	gsub(/\\e/, "\\")
	print pieces && length() ? "\t" $0 : $0
}
/^\.EX$/ {
	on = 1
	if (pieces)
		printf "\nstatic int piece_%d(void)\n{\n\tint err = 0;\n\n", pieces
}
END {
	print "\nint main(void)\n{\n\tint err = sva_wq_open(&wq, NULL, NULL);\n"
	for (i = 1; i < pieces; i++)
		printf "\tif (!err && (err = piece_%d()))\n\t\tprintf(\"piece %d: %%s\\n\", sva_strresult(err));\n", i, i
	print "\treturn err ? 1 : 0;\n}"
}
