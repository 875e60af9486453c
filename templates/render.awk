# Renders a file of the template as Spin does, with the name and the folder of the function in the
# environment as NAME and OUTPUT. It knows what the template uses of Liquid:
#   {{project-name | kebab_case}}, {{project-name | snake_case}}, {{output-path}}
#   {% raw %}...{% endraw %}, which is left as it is
# and fails at anything else.

function fail(what) {
    printf "%s:%d: \"%s\" is unknown to templates/render.awk\n", FILENAME, FNR, what > "/dev/stderr"
    failed = 1
    exit 1
}

# A name that templates/new accepts is kebab-case already.
function value(tag,    expression) {
    expression = tag
    gsub(/[{} ]/, "", expression)
    if (expression == "project-name|kebab_case") return ENVIRON["NAME"]
    if (expression == "project-name|snake_case") return snake
    if (expression == "output-path") return ENVIRON["OUTPUT"]
    fail(tag)
}

BEGIN {
    snake = ENVIRON["NAME"]
    gsub(/-/, "_", snake)
}

{
    rest = $0
    line = ""
    while (rest != "") {
        if (raw) {
            if (!match(rest, /[{]% *endraw *%[}]/)) break
            line = line substr(rest, 1, RSTART - 1)
            raw = 0
        } else {
            if (!match(rest, /[{][{%]/)) break
            line = line substr(rest, 1, RSTART - 1)
            rest = substr(rest, RSTART)
            if (match(rest, /^[{]% *raw *%[}]/)) raw = 1
            else if (match(rest, /^[{][{][^{}]*[}][}]/)) line = line value(substr(rest, 1, RLENGTH))
            else fail(rest)
        }
        rest = substr(rest, RSTART + RLENGTH)
    }
    print line rest
}

END {
    if (raw && !failed) fail("{% raw %} without an end")
}
