#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Runs every check and the whole test suite in one configuration, release, and ends with a summary.

set -eu
cd "$(dirname "$0")/.."

jobs=${JOBS:-2}
options="-c release --disable-testable-imports --jobs $jobs"
start=$(date +%s)
summary=""

step() {
    name=$1
    shift
    echo "==> $name"
    begin=$(date +%s)
    if ! "$@"; then
        echo "==> FAILED: $name" >&2
        exit 1
    fi
    summary="$summary
  passed in $(($(date +%s) - begin)) s: $name"
}

# Keeps what matters of the output of a run of tests, all of it where one fails.
run_tests() {
    log=.build/tests.log
    # shellcheck disable=SC2086
    if swift test $options --skip-build --disable-xctest >"$log" 2>&1; then
        grep -E 'skipped|Test run with' "$log" | tail -n 60
        grep -q 'Test run with [1-9]' "$log" || { echo "No test ran." >&2; return 1; }
    else
        cat "$log"
        return 1
    fi
}

# Full Foundation would bring 40 MB of tables into the program.
check_foundation() {
    ! grep -q _FoundationICU .build/release/vllm
}

step "imports and headers" Scripts/check-imports
step "format" Scripts/check-format
# shellcheck disable=SC2086
step "build" swift build -c release --jobs "$jobs" --build-tests
step "no full Foundation in the program" check_foundation
step "tables in the documentation" Scripts/check-tables
step "tests" run_tests
step "examples" Scripts/check-example

echo "$summary"
echo "All passed in $(($(date +%s) - start)) s."
