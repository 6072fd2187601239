#!/bin/sh
# swift-vllm
# SPDX-License-Identifier: Apache-2.0
#
# Usage: install-peers.sh FOLDER [llama.cpp] [ik_llama.cpp] [openvino] [transformers]
#
# Installs other inference engines into a folder of their own, for Scripts/bench/peers.py: without names the first three.
# Everything comes from PyPI: llama.cpp and ik_llama.cpp as the sources that their Python packages carry, compiled for
# this processor. Needs Python 3.10 or later with venv and a C++ compiler; transformers brings PyTorch, some 6 GB.
# What is there already is left alone. PYTHON, JOBS and the *_VERSION below can be set in the environment.

set -eu

PYTHON=${PYTHON:-python3}
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}
LLAMA_CPP_PYTHON_VERSION=${LLAMA_CPP_PYTHON_VERSION:-0.3.36}
IK_LLAMA_CPP_PYTHON_VERSION=${IK_LLAMA_CPP_PYTHON_VERSION:-0.1.5}
OPENVINO_GENAI_VERSION=${OPENVINO_GENAI_VERSION:-2026.4.1.0}
TRANSFORMERS_VERSION=${TRANSFORMERS_VERSION:-5.23.0}

usage() {
    sed -n '5,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

# environment NAME PACKAGE...: a virtual environment FOLDER/NAME with packages.
environment() {
    home=$folder/$1
    shift
    [ -x "$home/bin/pip" ] || "$PYTHON" -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# compiled NAME PACKAGE VERSION OPTION...: the tools of a llama.cpp that a Python package carries, in FOLDER/NAME/bin.
compiled() {
    name=$1 package=$2 version=$3
    shift 3
    tools="llama-bench llama-batched-bench llama-server llama-quantize"
    if [ -f "$folder/$name/VERSION" ] && [ "$(cat "$folder/$name/VERSION")" = "$package $version" ]; then
        echo "$name: there already ($package $version)"
        return
    fi
    echo "$name: compiling the sources in $package $version, $JOBS files at once"
    environment tools cmake ninja gguf numpy
    # What an interrupted run has compiled is gone on with.
    if [ "$(cat "$folder/$name/SOURCE" 2>/dev/null)" != "$package $version" ]; then
        rm -rf "${folder:?}/$name"
        mkdir -p "$folder/$name/source"
        "$folder/tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary "$package" \
            --dest "$folder/$name" "$package==$version"
        tar -xzf "$folder/$name"/*.tar.gz -C "$folder/$name/source" --strip-components 1
        rm "$folder/$name"/*.tar.gz
        echo "$package $version" >"$folder/$name/SOURCE"
    fi
    # A script that its package leaves out; the numbers that it would write are those of a repository.
    script=$folder/$name/source/vendor/$name/common/cmake/build-info-gen-cpp.cmake
    if grep -qs build-info-gen-cpp "$folder/$name/source/vendor/$name/common/CMakeLists.txt" && [ ! -e "$script" ]; then
        mkdir -p "${script%/*}"
        # shellcheck disable=SC2016
        echo 'set(BUILD_NUMBER 0)
configure_file("${CMAKE_CURRENT_LIST_DIR}/../build-info.cpp.in" "${CMAKE_CURRENT_LIST_DIR}/../build-info.cpp")' >"$script"
    fi
    PATH=$folder/tools/bin:$PATH
    cmake -G Ninja -S "$folder/$name/source/vendor/$name" -B "$folder/$name/build" -DCMAKE_BUILD_TYPE=Release \
        -DGGML_NATIVE=ON -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF "$@" >"$folder/$name/configure.log"
    # shellcheck disable=SC2086
    cmake --build "$folder/$name/build" --parallel "$JOBS" --target $tools >"$folder/$name/build.log" ||
        { tail -n 20 "$folder/$name/build.log" >&2; exit 1; }
    mkdir -p "$folder/$name/bin"
    for tool in $tools; do
        cp "$folder/$name/build/bin/$tool" "$folder/$name/bin/"
    done
    rm -rf "$folder/$name/build" "$folder/$name/source" "$folder/$name/SOURCE"
    echo "$package $version" >"$folder/$name/VERSION"
}

install_one() {
    case $1 in
    llama.cpp)
        compiled llama.cpp llama-cpp-python "$LLAMA_CPP_PYTHON_VERSION" -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_UI=OFF \
            -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF
        ;;
    ik_llama.cpp)
        # Attention over caches in other types than those measured takes long to compile.
        compiled ik_llama.cpp ik-llama-cpp-python "$IK_LLAMA_CPP_PYTHON_VERSION" -DLLAMA_CURL=OFF -DGGML_IQK_FA_ALL_QUANTS=OFF
        ;;
    openvino)
        environment tools cmake ninja gguf numpy
        environment openvino "openvino-genai==$OPENVINO_GENAI_VERSION" numpy
        ;;
    transformers)
        environment transformers torch safetensors "transformers==$TRANSFORMERS_VERSION"
        ;;
    *) usage ;;
    esac
}

case ${1:-} in '' | -*) usage ;; esac
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- llama.cpp ik_llama.cpp openvino
for peer in "$@"; do
    install_one "$peer"
done
