#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Builds the program as one stripped file without dependencies on Swift or PCRE2, checks its size and what is in it,
# and packs it to dist/.

set -eu
cd "$(dirname "$0")/.."

scratch=.build-dist
limit=$((64 << 20))

# A folder that holds only archives, which the linker is told to search first, so that it links them statically. Its
# path goes through a description for pkg-config, for that of the system would come before any flag.
static=$PWD/$scratch/static
mkdir -p "$static"
archive=""
for folder in /usr/lib/*-linux-gnu* /usr/lib /usr/lib64 /usr/local/lib; do
    if [ -f "$folder/libpcre2-8.a" ]; then archive=$folder/libpcre2-8.a; break; fi
done
[ -n "$archive" ] || { echo "dist: libpcre2-8.a is missing; Debian's libpcre2-dev has it." >&2; exit 1; }
ln -sf "$archive" "$static/libpcre2-8.a"
for archive in /usr/lib/gcc/*-linux-gnu*/*/libstdc++.a; do
    if [ -f "$archive" ]; then ln -sf "$archive" "$static/libstdc++.a"; fi
done
cat >"$static/libpcre2-8.pc" <<PC
Name: libpcre2-8
Description: PCRE2, linked statically
Version: 10
Libs: -L$static -lpcre2-8
Cflags:
PC

PKG_CONFIG_PATH=$static swift build -c release --scratch-path "$scratch" --static-swift-stdlib --jobs "${JOBS:-2}" \
    -Xlinker "-L$static" --product vllm

version=$("$scratch/release/vllm" --version)
name=vllm-$version-linux-$(uname -m)
rm -rf "dist/$name"
mkdir -p "dist/$name"
strip -o "dist/$name/vllm" "$scratch/release/vllm"
cp LICENSE README.md "dist/$name/"

size=$(wc -c <"dist/$name/vllm")
[ "$size" -lt "$limit" ] || { echo "dist: the program has $size bytes, more than $limit." >&2; exit 1; }
if grep -q _FoundationICU "dist/$name/vllm"; then
    echo "dist: _FoundationICU is in the program: something imports full Foundation." >&2
    exit 1
fi
needed=$(LC_ALL=C ldd "dist/$name/vllm" 2>/dev/null || true)
case $needed in
*libswift* | *libFoundation* | *libpcre2* | *libstdc*)
    echo "dist: the program needs libraries that a bare machine does not have:" >&2
    echo "$needed" >&2
    exit 1
    ;;
esac
"dist/$name/vllm" --version >/dev/null

tar -C dist -czf "dist/$name.tar.gz" "$name"
echo "dist/$name.tar.gz: a program of $((size >> 20)) MiB"
