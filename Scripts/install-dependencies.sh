#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Installs the system packages that a build needs and that are missing: the headers of PCRE2 (regular expressions of
# tokenizers) and zlib (linked by Swift's networking packages). Debian and Ubuntu; elsewhere it says what to install.

set -eu

has_header() {
    for folder in /usr/include /usr/local/include /usr/include/*-linux-gnu*; do
        [ -f "$folder/$1" ] && return 0
    done
    return 1
}

command -v swift >/dev/null 2>&1 || {
    echo "Swift is missing: install Swift 6.3 from https://www.swift.org/install/linux/ and put it on the PATH." >&2
    exit 1
}

missing=""
has_header pcre2.h || missing="$missing libpcre2-dev"
has_header zlib.h || missing="$missing zlib1g-dev"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "The headers of these Debian packages are missing:$missing; install what provides them here." >&2
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
