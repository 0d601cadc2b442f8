# SPDX-License-Identifier: MIT
# The prototypes of a man page's SYNOPSIS as a program that declares every function once more: the
# compiler says where a page and a header differ.
function unquoted(line, out, c, i, quoted)
{
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\"")
			quoted = !quoted
		else if (c != " " || quoted)
			out = out c
	}
	return out
}

BEGIN { print "#include <sva/sva.h>" }
/^\.SH/ { on = $0 == ".SH SYNOPSIS" }
/^\.fi/ { on = 0 }
on && /^\.BI? / && !/#include/ && !/_foreach_/ {
	type = $1
	sub(/^\.BI? /, "")
	print type == ".BI" || /^"/ ? unquoted($0) : $0
}
END { print "int main(void)\n{\n\treturn 0;\n}" }
