#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Builds the program as one stripped file without dependencies on Swift, PCRE2 or libyaml, checks its size and what is in it,
# and packs it to dist/.

set -eu
cd "$(dirname "$0")/.."

scratch=.build-dist
limit=$((64 << 20))

# A folder that holds only archives, which the linker is told to search first, so that it links them statically. Its
# path goes through descriptions for pkg-config, for those of the system would come before any flag.
static=$PWD/$scratch/static
mkdir -p "$static"

# Links a library's archive into that folder.
use_archive() {
    for file in /usr/lib/*-linux-gnu*/"$1" /usr/lib/gcc/*-linux-gnu*/*/"$1" /usr/lib/"$1" /usr/lib64/"$1"; do
        if [ -f "$file" ]; then
            ln -sf "$file" "$static/$1"
            return
        fi
    done
    echo "dist: $1 is missing; Debian has it in $2." >&2
    exit 1
}

# Describes a library of that folder to pkg-config.
describe() {
    printf 'Name: %s\nDescription: %s, linked statically\nVersion: 10\nLibs: -L%s -l%s\nCflags:\n' \
        "$1" "$1" "$static" "$2" >"$static/$1.pc"
}

use_archive libpcre2-8.a libpcre2-dev
use_archive libyaml.a libyaml-dev
use_archive libz.a zlib1g-dev
use_archive libstdc++.a "g++"
describe libpcre2-8 pcre2-8
describe yaml-0.1 yaml

# Archives are nothing that the build looks at: it would keep a program that was linked of others.
rm -f "$scratch/release/vllm"
PKG_CONFIG_PATH=$static swift build -c release --scratch-path "$scratch" --static-swift-stdlib --jobs "${JOBS:-2}" \
    -Xlinker "-L$static" --product vllm

version=$("$scratch/release/vllm" --version)
name=vllm-$version-linux-$(uname -m)
rm -rf "dist/$name"
mkdir -p "dist/$name"
strip -o "dist/$name/vllm" "$scratch/release/vllm"
cp LICENSE README.md Packaging/vllm.service Packaging/vllm.yaml "dist/$name/"
"dist/$name/vllm" manual >"dist/$name/vllm.1"
mkdir "dist/$name/completions"
"dist/$name/vllm" --generate-completion-script bash >"dist/$name/completions/vllm.bash"
"dist/$name/vllm" --generate-completion-script zsh >"dist/$name/completions/_vllm"
"dist/$name/vllm" --generate-completion-script fish >"dist/$name/completions/vllm.fish"
Scripts/notices.sh "$scratch" >"dist/$name/NOTICES"

size=$(wc -c <"dist/$name/vllm")
[ "$size" -lt "$limit" ] || { echo "dist: the program has $size bytes, more than $limit." >&2; exit 1; }
if grep -q _FoundationICU "dist/$name/vllm"; then
    echo "dist: _FoundationICU is in the program: something imports full Foundation." >&2
    exit 1
fi
needed=$(LC_ALL=C ldd "dist/$name/vllm" 2>/dev/null || true)
case $needed in
*libswift* | *libFoundation* | *libpcre2* | *libyaml* | *libz* | *libstdc*)
    echo "dist: the program needs libraries that a bare machine does not have:" >&2
    echo "$needed" >&2
    exit 1
    ;;
esac
tar -C dist -czf "dist/$name.tar.gz" "$name"
echo "dist/$name.tar.gz: a program of $((size >> 20)) MiB"
