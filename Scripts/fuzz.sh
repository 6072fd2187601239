#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the parsers of files and frames with libFuzzer: Scripts/fuzz.sh [TARGET|all] [SECONDS] [JOBS]
#
# Each target of Tests/VLLMFuzzTargets runs for so many seconds (60) in so many processes (1). What is learned
# stays in .build/fuzz/corpus for the next run. An input that crashes, takes more than 5 s or more than 1 GiB
# is kept, its path is printed, and the script ends with an error.

set -eu
cd "$(dirname "$0")/.."

wanted=${1:-all}
seconds=${2:-60}
jobs=${3:-1}
scratch=.build/fuzz
found=$scratch/found

# Products that need libFuzzer stand in Package.swift only with this variable.
VLLM_FUZZ=1 swift build -c release --scratch-path "$scratch" --jobs "$jobs" --sanitize fuzzer \
    --product VLLMFuzzTargets
program=$scratch/release/VLLMFuzzTargets
# Swift's own handlers of signals would stand before libFuzzer's, which keep the input.
export SWIFT_BACKTRACE=enable=no

"$program" --list >"$scratch/targets"
if [ "$wanted" != all ]; then
    grep "^$wanted " "$scratch/targets" >"$scratch/wanted" || {
        names=$(cut -d ' ' -f 1 "$scratch/targets" | tr '\n' ' ')
        echo "fuzz: there is no target '$wanted'; there are: all $names" >&2
        exit 2
    }
    mv "$scratch/wanted" "$scratch/targets"
fi

# Words of the seeds, for mutations to put in.
write_dictionary() {
    cat "$1"/* | grep -aoE '[A-Za-z_][A-Za-z0-9_]{2,23}' | LC_ALL=C sort | uniq -c | sort -rn | head -n 400 |
        awk '{ print "\"" $2 "\"" }' >"$2"
}

status=0
mkdir -p "$found"
while read -r name length; do
    corpus=$scratch/corpus/$name
    seeds=$scratch/seeds/$name
    rm -rf "$seeds"
    mkdir -p "$corpus" "$seeds"
    "$program" "--target=$name" "--seeds=$seeds"
    write_dictionary "$seeds" "$scratch/$name.dict"
    set -- "--target=$name" -max_total_time="$seconds" -max_len="$length" -timeout=5 -rss_limit_mb=1024 \
        -dict="$scratch/$name.dict" -artifact_prefix="$found/$name-" -print_final_stats=1
    # Several processes learn from each other, but would let slow and large inputs pass.
    fork=""
    [ "$jobs" -le 1 ] || fork="-fork=$jobs -ignore_timeouts=0 -ignore_ooms=0"
    echo "==> $name, $seconds s"
    # What is there already comes first, for several processes would leave out what crashes of it.
    # shellcheck disable=SC2086
    if {
        "$program" "$@" -runs=0 "$corpus" "$seeds" && "$program" "$@" $fork "$corpus" "$seeds"
    } >"$scratch/$name.log" 2>&1 </dev/null; then
        grep -aE '^(stat::(number_of_exec|peak_rss)|#[0-9]+.*(DONE|time:))' "$scratch/$name.log" | tail -n 3
    else
        status=1
        grep -aE '^(==|SUMMARY)|Fatal error|Test unit written' "$scratch/$name.log" | tail -n 6 >&2 || true
        echo "fuzz: $name failed; see $scratch/$name.log. Once more: $program --target=$name FILE" >&2
    fi
done <"$scratch/targets"
[ "$status" = 0 ] || find "$found" -type f -newer "$scratch/targets" -exec echo "fuzz: found" {} \; >&2
exit "$status"
