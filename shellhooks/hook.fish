# devenv's hook for fish, written by "devenv setup": changes here are lost.
#
# Every name that is defined here begins with __devenv_; no variable of that name
# is exported or universal. What runs at every prompt substitutes no command,
# since fish makes a pipe for each.

# facts

# What this process knows. Sourcing the file again keeps it.
if not set -qg __devenv_pid; or test "$__devenv_pid" != $fish_pid
    set -g __devenv_pid $fish_pid
    set -g __devenv_inherited 1
    for name in seen layers frozen known root op key busy
        set -g __devenv_$name ''
    end
    set -g __devenv_news __devenv_here
    for name in did entered said lines todo asked changed unknown want dirs gens checks
        set -g __devenv_$name
    end
end
set -g __devenv_functions # the environments whose functions are defined
set -g __devenv_patience 60 # seconds until an unanswered question is asked again
set -g __devenv_markers devenv.toml .nvmrc .node-version package.json .python-version pyproject.toml go.mod .go-version .tool-versions

# --- the prompt and cd ----------------------------------------------------------

# First: what decides which layers are active is different. A command costs fish
# more than what it does, so there are few of them here. With an argument a prompt
# follows, which looks at the files.
function __devenv_hook
    set -l __devenv_then look
    if test "$__devenv_seen" != "$DEVENV_LAYERS:$DEVENV_OFF:$DEVENV_HOLD:$DIRENV_DIR:$PWD"
        __devenv_refresh
        set -q argv[1]; and not set -q __devenv_unknown[1]; and set __devenv_then
    else if set -q __devenv_asked[1]; and __devenv_answered
        __devenv_refresh
    else if __devenv_stale
        __devenv_current; or __devenv_refresh
    else if test -n "$__devenv_known"; or not __devenv_marked $PWD
        return 0
    end
    set -q __devenv_then[1]; and __devenv_look
    set -q __devenv_changed[1]; and __devenv_ask
    set -q __devenv_lines[1]; and __devenv_speak
    set -q __devenv_todo[1]; and __devenv_run_enter
    return 0
end

# What asks for news: in no project this, in the directory of the only project its
# check, elsewhere the next. The names are relative: that is fastest.
if builtin -q path
    function __devenv_here
        builtin path filter -q devenv.toml .nvmrc .node-version package.json .python-version pyproject.toml go.mod .go-version .tool-versions
    end
else
    function __devenv_here
        test -e devenv.toml -o -e .nvmrc -o -e .node-version -o -e package.json -o -e .python-version -o \
            -e pyproject.toml -o -e go.mod -o -e .go-version -o -e .tool-versions
    end
end

function __devenv_any
    __devenv_stale; and return 0
    test -z "$__devenv_known"; and __devenv_here
end

# Whether there is news of what was asked, or it is time to ask again.
function __devenv_answered
    if set -l __devenv_age (builtin path mtime -R -- $__devenv_stamp 2>/dev/null)
        if test "$__devenv_age" -ge $__devenv_patience
            set -g __devenv_asked
            return 0
        end
    end
    for __devenv_f in $__devenv_unknown
        test "$__devenv_f" = /; and set __devenv_f ''
        test -e $__devenv_roots$__devenv_f/@env/fish; and return 0
    end
    return 1
end

# The layers of $PWD, and the environment that they want.
function __devenv_refresh
    set -l __devenv_pwd $PWD
    set -g __devenv_busy 1
    set -g __devenv_seen ''
    if test -n "$__devenv_op" # Ctrl-C came in the middle: finish that first
        set -g __devenv_functions
        __devenv_script $__devenv_op $__devenv_key $__devenv_did; or return
        set -g __devenv_inherited 1
    end
    test "$DEVENV_LAYERS" = "$__devenv_layers"; or set -g __devenv_inherited 1
    set -g __devenv_frozen ''
    set -g __devenv_known ''
    for __devenv_name in want unknown dirs gens checks
        set -g __devenv_$__devenv_name
    end
    test -n "$DEVENV_OFF$DEVENV_HOLD"; or __devenv_walk; or return
    test -n "$__devenv_frozen"; or __devenv_switch; or return
    if not set -q __devenv_checks[1]
        set -g __devenv_news __devenv_here
    else if test -n "$__devenv_known"; and not set -q __devenv_checks[2]
        set -g __devenv_news $__devenv_checks
    else
        set -g __devenv_news __devenv_any
    end
    set -g __devenv_seen "$DEVENV_LAYERS:$DEVENV_OFF:$DEVENV_HOLD:$DIRENV_DIR:$__devenv_pwd"
    set -g __devenv_busy ''
end

# --- from $PWD upwards --------------------------------------------------------

# Most directories have nothing on the way: two commands ask for all levels at once.
function __devenv_walk
    set -l __devenv_levels '' # innermost first, and / is empty
    set -l __devenv_name
    string match -raq -- '/(?<__devenv_name>[^/]+)' $PWD
    for __devenv_n in $__devenv_name
        set -p __devenv_levels $__devenv_levels[1]/$__devenv_n
    end
    set -q DEVENV_CEILING_DIRECTORIES; and __devenv_below
    set -l __devenv_others $__devenv_levels
    if test -e $__devenv_roots$__devenv_levels[1]/@env/fish
        set -g __devenv_known 1
        set -e __devenv_others[1]
    end
    set -l __devenv_marks 1
    __devenv_exists $__devenv_others/$__devenv_markers
    or set __devenv_marks ''
    test -z "$__devenv_known$__devenv_marks"; and not __devenv_exists $__devenv_roots$__devenv_others/@env/fish; and return 0
    for __devenv_d in $__devenv_levels
        if test -e $__devenv_roots$__devenv_d/@env/fish
            set -g __devenv_root ''
            set -g __devenv_did
            builtin source $__devenv_roots$__devenv_d/@env/fish
            test -n "$__devenv_frozen"; and return 0
            contains -- . $__devenv_did; or return 1
            test -n "$__devenv_root"; and return 0
        else if test -z "$__devenv_marks"; or not __devenv_marked $__devenv_d
        else if test -n "$__devenv_d"
            set -a __devenv_unknown $__devenv_d
        else
            set -a __devenv_unknown /
        end
    end
    return 0
end

# The levels below the first ceiling; a ceiling that one is in does not count.
function __devenv_below --no-scope-shadowing
    set -l --path __devenv_ceiling $DEVENV_CEILING_DIRECTORIES
    set -l __devenv_all $__devenv_levels[2..-1]
    set __devenv_levels $__devenv_levels[1]
    for __devenv_n in $__devenv_all
        contains -- "$__devenv_n" $__devenv_ceiling; and break
        test -z "$__devenv_n"; and contains -- / $__devenv_ceiling; and break
        set -a __devenv_levels $__devenv_n
    end
end

# Whether one of many files exists. Fish before 3.5 has no path.
if builtin -q path
    function __devenv_exists
        builtin path filter -q -- $argv
    end
else
    function __devenv_exists
        for __devenv_f in $argv
            test -e $__devenv_f; and return 0
        end
        return 1
    end
end

# A directory with one of the markers may be a project.
function __devenv_marked
    __devenv_exists $argv[1]/$__devenv_markers
    and not string match -rq '/(?:node_modules|\.git|vendor)/' -- $argv[1]/
end

# Pointers define a function that is true when something has changed, call this,
# and leave a dot in __devenv_did when they have come to their end.

# ABI DIR GENFILE CHECK KEY ROOT MESSAGE LABEL
function __devenv_layer
    if test "$argv[1]" != $__devenv_abi
        set -g __devenv_frozen 1
        __devenv_say "abi $argv[1]" "this shell's hook is of another version: restart the shell (if that is not enough: devenv reload)"
        return 1
    end
    set -a __devenv_dirs $argv[2]
    set -a __devenv_gens $argv[3]
    set -a __devenv_checks $argv[4]
    set -g __devenv_root $argv[6]
    if test -n "$argv[5]"
        if __devenv_direnv $argv[2]
            __devenv_say "direnv $argv[2]" "direnv is active in $argv[2], so devenv stands aside there"
            return 0
        end
        set -a __devenv_want $argv[5]
        set -l --path __devenv_active $DEVENV_LAYERS
        if test -n "$__devenv_inherited"; and contains -- $argv[5] $__devenv_active
            set -a __devenv_said $argv[3] $argv[5] # the parent has said it
            return 0
        end
    end
    # A message belongs to its generation, the label to the environment.
    if test -n "$argv[7]"
        set -a __devenv_said $argv[5]
        __devenv_say $argv[3] $argv[7]
    else if test -n "$argv[5]" -a -n "$argv[8]"
        __devenv_say $argv[5] $argv[8]
    end
    return 0
end

# Whether direnv is active in a directory, or will be before the next prompt.
function __devenv_direnv
    test "$DIRENV_DIR" = "-$argv[1]"; and return 0
    test -e $argv[1]/.envrc; and functions -q __direnv_export_eval
end

# --- from the active layers to the wanted ones --------------------------------

function __devenv_switch
    set -l --path __devenv_all $DEVENV_LAYERS
    set -l __devenv_have
    for __devenv_k in $__devenv_all
        string match -rq '^[0-9a-z]+\z' -- $__devenv_k; and set -a __devenv_have $__devenv_k
    end
    set -l __devenv_wanted $__devenv_want[-1..1] # outermost first, as the other is
    if test -n "$DEVENV_HOLD" -a -z "$DEVENV_OFF" # what is active stays, wherever $PWD is
        set __devenv_wanted $__devenv_have
    end
    set -l __devenv_kept
    for __devenv_k in $__devenv_have
        set -q __devenv_wanted[1]; and test "$__devenv_wanted[1]" = "$__devenv_k"; or break
        set -a __devenv_kept $__devenv_k
        set -e __devenv_wanted[1]
        set -e __devenv_have[1]
    end
    if test -n "$__devenv_inherited"
        for __devenv_k in $__devenv_kept
            __devenv_script paths $__devenv_k; or return 1
        end
    end
    for __devenv_k in $__devenv_have[-1..1]
        __devenv_script leave $__devenv_k; or return 1
    end
    for __devenv_k in $__devenv_wanted
        __devenv_script enter $__devenv_k; or return 1
    end
    set -g __devenv_layers "$DEVENV_LAYERS"
    set -g __devenv_inherited ''
    return 0
end

# OP KEY DONE...: call the function of an environment for OP, except for its steps
# DONE. The environment of a key is always the same, so that its script is read
# once. Until __devenv_op is empty again the function has been cut short.
function __devenv_script
    set -g __devenv_key $argv[2]
    set -g __devenv_old DEVENV_OLD_$argv[2]_
    set -g __devenv_did $argv[3..-1]
    set -g __devenv_op $argv[1]
    if test -r $__devenv_envs/$argv[2]/fish
        if not contains -- $argv[2] $__devenv_functions
            builtin source $__devenv_envs/$argv[2]/fish
            set -a __devenv_functions $argv[2]
        end
        __devenv_$argv[1]_$argv[2]
        contains -- . $__devenv_did; or return 1
    else if test $argv[1] = leave
        for __devenv_n in (set -xn)
            string match -q -- "DEVENV_OLD_$argv[2]_*" $__devenv_n; and set -eg $__devenv_n
        end
        __devenv_say "lost $argv[2]" "what an environment changed is not on record any more, so it stays: open a new shell"
    else
        set -g __devenv_op ''
        return 0
    end
    set -l --path __devenv_all $DEVENV_LAYERS
    switch $argv[1]
        case enter
            contains -- $argv[2] $__devenv_all; or set -a __devenv_all $argv[2]
            set -gx DEVENV_LAYERS "$__devenv_all"
        case leave
            if test "$__devenv_all[-1]" = $argv[2]
                set -e __devenv_all[-1]
            else if set -l __devenv_at (contains -i -- $argv[2] $__devenv_all)
                set -e __devenv_all[$__devenv_at]
            end
            if set -q __devenv_all[1]
                set -gx DEVENV_LAYERS "$__devenv_all"
            else
                set -eg DEVENV_LAYERS
            end
    end
    set -g __devenv_op ''
    return 0
end

# The scripts do themselves what is usual and call the rest of this part. What is
# called on the way in only records, and may do so twice; what is set then is the
# same the second time. The way out is in steps.

# NAME: there is a variable that will be set. Its value goes where children find
# it if it was exported, else to a variable of this shell. A universal one is only
# covered by ours.
function __devenv_keep --argument-names __devenv_n
    if set -qg $__devenv_n
        if set -qgx $__devenv_n
            set -gx $__devenv_old$__devenv_n $$__devenv_n
        else
            set -g __devenv_$__devenv_old$__devenv_n $$__devenv_n
        end
    else if set -qUx $__devenv_n
        set -gx $__devenv_old$__devenv_n $$__devenv_n
    end
end

# NAME: there is one that will be unset. A universal variable is not touched but
# covered, by nothing: fish exports it as long as there is no other of its name
# that is exported.
function __devenv_hide --argument-names __devenv_n
    __devenv_keep $__devenv_n
    set -eg $__devenv_n
    set -qUx $__devenv_n; and set -gx $__devenv_n
end

# NAME: a list gets elements; what follows them goes to __devenv_NAME_rest.
function __devenv_extend --argument-names __devenv_n
    if set -q $__devenv_n
        set -g __devenv_{$__devenv_n}_rest ":$$__devenv_n"
        set -qx $__devenv_n; or set -g __devenv_local_{$__devenv_key}_$__devenv_n 1
    else
        set -g __devenv_{$__devenv_n}_rest ''
    end
end

# NAME VALUE: give back what was kept, unless somebody else has changed VALUE.
function __devenv_restore --argument-names __devenv_n __devenv_v
    contains -- $__devenv_n $__devenv_did; and return
    if set -qg $__devenv_n; and test x"$$__devenv_n" = x"$__devenv_v"
        __devenv_give_back $__devenv_n
    else
        __devenv_forget $__devenv_n
    end
end

# NAME: give back what was hidden, unless there is another.
function __devenv_show --argument-names __devenv_n
    contains -- $__devenv_n $__devenv_did; and return
    if not set -qg $__devenv_n
        or set -qU $__devenv_n; and test -z "$$__devenv_n"
        __devenv_give_back $__devenv_n
    else
        __devenv_forget $__devenv_n
    end
end

# The record goes last: until then the step may be done again.
function __devenv_give_back --argument-names __devenv_n
    set -l __devenv_o $__devenv_old$__devenv_n
    set -q $__devenv_o; or set __devenv_o __devenv_$__devenv_o
    if not set -q $__devenv_o
        set -eg $__devenv_n
    else if set -qx $__devenv_o
        set -qUx $__devenv_n; and set -eg $__devenv_n
        set -qUx $__devenv_n; and test x"$$__devenv_n" = x"$$__devenv_o"; or set -gx $__devenv_n $$__devenv_o
    else
        set -gu $__devenv_n $$__devenv_o
    end
    set -a __devenv_did $__devenv_n
    set -eg $__devenv_o
end

function __devenv_forget --argument-names __devenv_n
    set -eg $__devenv_old$__devenv_n
    set -eg __devenv_$__devenv_old$__devenv_n
end

# NAME N ELEMENTS: put the N elements in front again. Fish splits and joins a
# --path variable at colons.
function __devenv_front
    set -l __devenv_n $argv[1]
    set -l --path __devenv_ours $argv[3]
    set -l --path __devenv_l
    set -q $__devenv_n; and set __devenv_l "$$__devenv_n"
    test "$__devenv_l[1..$argv[2]]" = "$argv[3]"; and return
    for __devenv_e in $__devenv_ours
        set -l __devenv_at (contains -i -- $__devenv_e $__devenv_l)
        and set -e __devenv_l[$__devenv_at]
    end
    set -p __devenv_l $__devenv_ours
    set -gx $__devenv_n "$__devenv_l"
end

# NAME N ELEMENTS: take each of the N elements away once.
function __devenv_remove
    contains -- $argv[1] $__devenv_did; and return
    set -l __devenv_n $argv[1]
    set -l --path __devenv_l
    set -q $__devenv_n; and set __devenv_l "$$__devenv_n"
    if test "$__devenv_l[1..$argv[2]]" = "$argv[3]"
        set -e __devenv_l[1..$argv[2]]
    else
        set -l --path __devenv_ours $argv[3]
        for __devenv_e in $__devenv_ours
            set -l __devenv_at (contains -i -- $__devenv_e $__devenv_l)
            and set -e __devenv_l[$__devenv_at]
        end
    end
    set -l __devenv_o __devenv_local_{$__devenv_key}_$__devenv_n
    if not set -q __devenv_l[1]
        set -eg $__devenv_n
    else if set -q $__devenv_o
        set -gu $__devenv_n "$__devenv_l"
    else
        set -gx $__devenv_n "$__devenv_l"
    end
    set -a __devenv_did $__devenv_n
    set -eg $__devenv_o
end

# DIR ENTER LEAVE   Comes first in a function: leave runs before anything is undone.
function __devenv_commands
    contains -- - $__devenv_did; and return
    set -a __devenv_did -
    switch $__devenv_op
        case enter
            set -a __devenv_entered $__devenv_key
            test -n "$argv[2]"; and set -a __devenv_todo $argv[1] $argv[2]
        case leave
            set -l __devenv_rest
            for __devenv_k in $__devenv_entered
                test $__devenv_k = $__devenv_key; or set -a __devenv_rest $__devenv_k
            end
            test "$__devenv_rest" = "$__devenv_entered"; and return
            set -g __devenv_entered $__devenv_rest
            test -n "$argv[3]"; and __devenv_command $argv[1] $argv[3]
    end
end

function __devenv_command
    command /bin/sh -c 'cd -- "$1" && eval "$2"' sh $argv[1] $argv[2]
end

function __devenv_run_enter
    set -l __devenv_t $__devenv_todo
    set -g __devenv_todo # before they run: Ctrl-C does not bring them back
    while set -q __devenv_t[2]
        __devenv_command $__devenv_t[1] $__devenv_t[2]
        set -e __devenv_t[1..2]
    end
end

# --- changes, and the process that looks at them -------------------------------

function __devenv_stale
    for __devenv_c in $__devenv_checks
        $__devenv_c; and return 0
    end
    return 1
end

function __devenv_current
    for __devenv_g in $__devenv_gens
        test -e $__devenv_g; or return 1
    end
    return 0
end

# Which directories have changed.
function __devenv_look
    test -n "$DEVENV_OFF$DEVENV_HOLD"; and return
    set -l __devenv_g $__devenv_gens
    set -l __devenv_d $__devenv_dirs
    for __devenv_c in $__devenv_checks
        $__devenv_c; and __devenv_change $__devenv_g[1] $__devenv_d[1]
        set -e __devenv_g[1]
        set -e __devenv_d[1]
    end
    if test -z "$__devenv_known"; and __devenv_marked $PWD # one may just have been written
        contains -- $PWD $__devenv_unknown; or set -p __devenv_unknown $PWD
    end
    for __devenv_d in $__devenv_unknown
        __devenv_change $__devenv_d $__devenv_d; and __devenv_say "new $__devenv_d" "preparing "(string replace -r ".*/" "" -- $__devenv_d)" (`devenv wait` waits for it)"
    end
end

# ID DIR: DIR has changed. False if someone looks at that already: the ID is the
# generation, so that a new one may be asked about at once.
function __devenv_change
    contains -- $argv[1] $__devenv_asked; and return 1
    set -a __devenv_asked $argv[1]
    set -a __devenv_changed $argv[2]
    return 0
end

# The sh in between keeps the process out of the job table and leaves $last_pid alone.
function __devenv_ask
    set -l __devenv_exe $__devenv_devenv
    test -x $__devenv_exe; or set __devenv_exe devenv
    begin # fish has no clock but the age of a file
        builtin echo -n >$__devenv_stamp
    end 2>/dev/null
    set -l __devenv_c $__devenv_changed
    set -g __devenv_changed
    command /bin/sh -c '"$@" </dev/null >/dev/null 2>&1 &' sh $__devenv_exe hook-event -- $__devenv_c
end

# --- words ---------------------------------------------------------------------

# ID TEXT: one line, once for each ID.
function __devenv_say
    contains -- $argv[1] $__devenv_said; and return
    set -a __devenv_said $argv[1]
    set -a __devenv_lines "devenv: "(string replace -ra '[[:cntrl:]]' '?' -- $argv[2])
end

function __devenv_speak
    set -l __devenv_all $__devenv_lines
    set -g __devenv_lines
    test -n "$DEVENV_QUIET"; and return
    for __devenv_l in $__devenv_all
        if test "$COLUMNS" -gt 20 -a (string length -- $__devenv_l) -gt "$COLUMNS" 2>/dev/null
            set __devenv_l (string sub -l (math $COLUMNS - 3) -- $__devenv_l)...
        end
        printf '%s\n' $__devenv_l >&2
    end
end

# --- installation ----------------------------------------------------------------

if status is-interactive
    # Most prompts end here: nothing that decides which layers are active is
    # different, nobody waits for anything, and there is no news of files.
    function __devenv_on_prompt --on-event fish_prompt
        test "$__devenv_seen" = "$DEVENV_LAYERS:$DEVENV_OFF:$DEVENV_HOLD:$DIRENV_DIR:$PWD" -a -z "$__devenv_asked$__devenv_lines$__devenv_todo"
        and not $__devenv_news
        and return 0
        set -g __devenv_busy '' # Ctrl-C may have left it
        __devenv_hook
    end
    # A handler of another variable may cd while an environment is being changed:
    # the next prompt sees to that.
    function __devenv_on_pwd --on-variable PWD
        test -z "$__devenv_busy"; and __devenv_hook moved
    end
end
