#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Prints the licences of everything that the program is linked of. Usage: notices.sh <scratch path of the build>

set -eu
cd "$(dirname "$0")/.."

print_file() {
    printf '\n%s\n%s\n\n' "$1" "$(printf '%s' "$1" | sed 's/./=/g')"
    cat "$2"
}

echo "swift-vllm is under the Apache License 2.0 (LICENSE). It is linked of these works, under the licences below."

for folder in "$1"/checkouts/*; do
    package=$(basename "$folder")
    found=""
    for file in "$folder"/LICENSE* "$folder"/NOTICE*; do
        [ -f "$file" ] || continue
        print_file "$package: $(basename "$file")" "$file"
        found=yes
    done
    [ -n "$found" ] || { echo "notices: $package has no licence file." >&2; exit 1; }
done

swift=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
for file in "$swift"/share/swift/LICENSE.txt; do
    [ -f "$file" ] && print_file "Swift's runtime and Foundation" "$file"
done
for package in libpcre2-dev libyaml-dev libstdc++-12-dev libstdc++-13-dev libstdc++-14-dev; do
    file=/usr/share/doc/$package/copyright
    if [ -f "$file" ]; then print_file "$package" "$file"; fi
done
