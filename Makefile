# swift-vllm
# SPDX-License-Identifier: Apache-2.0

# Compilations at once.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
HOST ?= 127.0.0.1
PORT ?= 8000
PREFIX ?= /usr/local
DESTDIR ?=
export JOBS PREFIX DESTDIR

.PHONY: serve test build dist install uninstall format dependencies clean help
.DEFAULT_GOAL := help

help:
	@echo "make serve   installs what is missing, builds, and serves the built-in model at http://localhost:$(PORT)"
	@echo "make test    installs what is missing, builds, and runs every check and test"
	@echo "make build   builds .build/release/vllm"
	@echo "make dist    builds one static file and packs it to dist/"
	@echo "make install installs what make dist makes below PREFIX (/usr/local); make uninstall removes it"
	@echo "make format  formats all Swift and C files"
	@echo "make clean   removes what was built"

serve: build
	@echo
	@echo "Try, in another terminal:"
	@echo
	@echo "  curl http://localhost:$(PORT)/v1/chat/completions -H 'Content-Type: application/json' \\"
	@echo "    -d '{\"messages\": [{\"role\": \"user\", \"content\": \"What is 7 times 6?\"}]}'"
	@echo
	@exec .build/release/vllm serve --host $(HOST) --port $(PORT)

test:
	@Scripts/install-dependencies.sh --checks
	@Scripts/test.sh

build: dependencies
	swift build -c release --jobs $(JOBS) --product vllm

dist: dependencies
	@Scripts/dist.sh

install: dist
	@Scripts/install.sh

uninstall:
	@Scripts/install.sh --uninstall

format:
	@Scripts/check-format --fix

dependencies:
	@Scripts/install-dependencies.sh

clean:
	rm -rf .build .build-dist dist
