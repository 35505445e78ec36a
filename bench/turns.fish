# Answers the questions on standard input, one line each, on standard output.
while read -d ' ' -l op n to back
    switch $op
        case cd
            emit fish_preexec cd; cd $n; emit fish_prompt
        case show
            emit fish_prompt; echo "<$BENCH_WITNESS>"
        case prompt
            set i 0
            while test $i -lt $n
                emit fish_prompt
                set i (math $i + 1)
            end
        case pair
            set i 0
            while test $i -lt $n
                emit fish_preexec cd; cd $back; emit fish_prompt
                emit fish_preexec cd; cd $to; emit fish_prompt
                set i (math $i + 1)
            end
    end
    echo turns-done
end
exit 0
