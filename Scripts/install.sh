#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Installs what Scripts/dist.sh made below $DESTDIR$PREFIX (default: /usr/local): program, manual, completions, systemd
# unit. With --uninstall, removes it.

set -eu
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}$prefix
# A unit is looked for in /usr/local/lib too.
units=$root/lib/systemd/system

if [ "${1:-}" = --uninstall ]; then
    rm -f "$root/bin/vllm" "$root/share/man/man1/vllm.1" "$root/share/bash-completion/completions/vllm" \
        "$root/share/zsh/site-functions/_vllm" "$root/share/fish/vendor_completions.d/vllm.fish" \
        "$units/vllm.service"
    rm -rf "$root/share/doc/vllm"
    exit 0
fi

packed=$(ls -d dist/vllm-*-linux-"$(uname -m)" | tail -n 1)
install -D -m 755 "$packed/vllm" "$root/bin/vllm"
install -D -m 644 "$packed/vllm.1" "$root/share/man/man1/vllm.1"
install -D -m 644 "$packed/completions/vllm.bash" "$root/share/bash-completion/completions/vllm"
install -D -m 644 "$packed/completions/_vllm" "$root/share/zsh/site-functions/_vllm"
install -D -m 644 "$packed/completions/vllm.fish" "$root/share/fish/vendor_completions.d/vllm.fish"
mkdir -p "$units"
sed "s|@bindir@|$prefix/bin|" "$packed/vllm.service" >"$units/vllm.service"
for file in README.md LICENSE NOTICES vllm.yaml; do
    install -D -m 644 "$packed/$file" "$root/share/doc/vllm/$file"
done
echo "Installed $root/bin/vllm and its manual, completions and systemd unit."
