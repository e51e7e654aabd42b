#!/bin/sh
# Make the environment VENV with a Python of at least 3.12 and install the packages of REQUIREMENTS in it.
# usage: tools/venv.sh VENV REQUIREMENTS
# Each candidate is run before it is believed: a shim of pyenv can stand for a version that is not active.
set -eu

venv=$1
requirements=$2

refuse() {
    echo "$1" >&2
    exit 1
}

fits() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3.13 python3.14 python3.12 python3; do
        if command -v "$name" >/dev/null && fits "$name"; then
            command -v "$name"
            return
        fi
    done
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 "$HOME"/.pyenv/versions/*/bin/python3; do
        if [ -x "$python" ] && fits "$python"; then
            echo "$python"
            return
        fi
    done
    return 1
}

make_venv() {
    if [ -n "${PYTHON:-}" ] && ! fits "$PYTHON"; then
        refuse "PYTHON is set to $PYTHON, which is not a Python 3.12 or newer that can make an environment."
    elif python=$(find_python); then
        "$python" -m venv --clear "$venv"
    elif command -v uv >/dev/null && uv venv --quiet --seed --clear --python '>=3.12' "$venv"; then
        :
    else
        refuse "No Python 3.12 or newer was found: install one, or set PYTHON to the path of one, and run make again."
    fi
}

folder=$(dirname "$venv")
{ mkdir -p "$folder" && [ -w "$folder" ]; } 2>/dev/null || refuse "The folder $folder cannot be written, so no environment can be made in it."
fits "$venv/bin/python" || make_venv
"$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --requirement "$requirements"
