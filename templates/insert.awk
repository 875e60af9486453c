# Prints a manifest with the file $SNIPPET put in before the route that takes everything else,
# `/...`, and the comment above it; at the end where there is no such route.

{ lines[NR] = $0 }

/^ *route *= *"\/\.\.\."/ { everything = NR }

END {
    at = NR + 1
    if (everything) {
        at = everything
        while (at > 1 && lines[at] !~ /^\[\[/) at--
        while (at > 1 && lines[at - 1] ~ /^ *(#.*)?$/) at--
    }
    # From here on are the blank lines above the comment; one stays.
    while (at <= NR && lines[at] ~ /^ *$/) at++
    last = at - 1
    while (last > 0 && lines[last] ~ /^ *$/) last--

    for (i = 1; i <= last; i++) print lines[i]
    print ""
    while ((getline line < ENVIRON["SNIPPET"]) > 0) print line
    if (at <= NR) print ""
    for (i = at; i <= NR; i++) print lines[i]
}
