#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Installs the system packages that are missing: the headers of PCRE2 (regular expressions of tokenizers), libyaml (the
# file of --config) and zlib (linked by Swift's networking packages), and what the Swift toolchain itself needs in order
# to run and to link C++. With --checks also what checks the sources' format. Debian and Ubuntu; elsewhere it says what
# to install.

set -eu

has_header() {
    for folder in /usr/include /usr/local/include /usr/include/*-linux-gnu*; do
        [ -f "$folder/$1" ] && return 0
    done
    return 1
}

# True where the dynamic linker finds a library whose name begins so.
has_library() {
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q "^[[:space:]]*$1"
}

has_cxx_library() {
    for file in /usr/lib/gcc/*/*/libstdc++.so; do
        [ -e "$file" ] && return 0
    done
    return 1
}

command -v swift >/dev/null 2>&1 || {
    echo "Swift is missing: install Swift 6.3 from https://www.swift.org/install/linux/ and put it on the PATH." >&2
    exit 1
}

missing=""
has_header pcre2.h || missing="$missing libpcre2-dev"
has_header yaml.h || missing="$missing libyaml-dev"
has_header zlib.h || missing="$missing zlib1g-dev"
has_header stdio.h || missing="$missing libc6-dev"
has_cxx_library || missing="$missing g++"
has_library libncurses.so.6 || missing="$missing libncurses6"
has_library libsqlite3.so.0 || missing="$missing libsqlite3-0"
has_library libcurl.so.4 || missing="$missing libcurl4-openssl-dev"
has_library libxml2.so.2 || missing="$missing libxml2"
if [ "${1:-}" = --checks ]; then
    command -v clang-format-16 >/dev/null 2>&1 || missing="$missing clang-format-16"
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "What these Debian packages hold is missing:$missing; install what provides it here." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "Missing:$missing. There is no sudo here; run as root: apt-get install -y$missing" >&2
    exit 1
fi
echo "Installing$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
