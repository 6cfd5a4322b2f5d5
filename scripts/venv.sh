#!/bin/sh
# Makes .venv with a Python that really runs, and installs one hashed lock into it: scripts/venv.sh app|dev
# A stamp holds the lock's checksum, so that a second call costs nothing. PYTHON=/path picks the interpreter.
set -eu
cd "$(dirname "$0")/.."

lock=requirements/$1.txt
venv_python=.venv/bin/python
stamp=.venv/.installed-$1
report=""

# Prints the version and nothing else if $1 runs, is new enough and can make environments; else why not.
# A pyenv shim exists for commands that it then refuses to run, so only running one tells.
probe() {
    "$1" -c '
import sys
version = "%d.%d.%d" % sys.version_info[:3]
if sys.version_info < (3, 12):
    sys.exit(print(version + ", too old"))
try:
    import ensurepip, venv
except ImportError:
    sys.exit(print(version + ", but without venv"))
print(version)' 2>/dev/null || echo "does not run"
}

fits() {
    answer=$(probe "$1")
    case $answer in
        *[!0-9.]* | "") report="$report
  $1   $answer"; return 1 ;;
    esac
}

candidates() {
    wanted=$(cat .python-version)
    for name in "python$wanted" python3.13 python3.14 python3.12 python3 python; do
        command -v "$name" || true
    done
    ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3 \
        "$HOME"/.local/share/uv/python/cpython-3.1[2-9]*/bin/python3 \
        /opt/homebrew/bin/python3.1[2-9] /usr/local/bin/python3.1[2-9] 2>/dev/null || true
}

# The version of .python-version first, wherever it lies; then whatever runs.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if fits "$PYTHON"; then found=$PYTHON; fi
        return
    fi
    list=$(candidates | awk '!seen[$0]++')
    for candidate in $(echo "$list" | grep -F "$(cat .python-version)" || true) $list; do
        case "$report" in *"  $candidate   "*) continue ;; esac
        if fits "$candidate"; then found=$candidate; return; fi
    done
}

explain() {
    cat >&2 <<TEXT
Gesso needs Python 3.12 or newer, with venv. Found:${report:-
  no Python at all}

Install one and run make again:
  Debian 13, Ubuntu 24.04   sudo apt-get install python3 python3-venv
  macOS                     brew install python@3.13
  Docker instead            SECRET_KEY=\$(openssl rand -hex 32) POSTGRES_PASSWORD=\$(openssl rand -hex 16) docker compose up --build
If it lies elsewhere:       make run PYTHON=/path/to/python3
TEXT
    exit 1
}

installed() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cksum < "$lock")" ] && [ -x "$venv_python" ]
}

usable_venv() {
    [ -x "$venv_python" ] && [ "$(probe "$venv_python")" != "does not run" ] && fits "$venv_python"
}

if installed; then exit 0; fi
if ! usable_venv; then
    found=""
    report=""
    find_python
    [ -n "$found" ] || explain
    echo "Making .venv with $found ($answer)" >&2
    rm -rf .venv
    "$found" -m venv .venv
fi
echo "Installing $lock; the first time this takes about a minute" >&2
# The lock names every package with its hashes, so nothing is left to resolve.
"$venv_python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes -r "$lock"
cksum < "$lock" > "$stamp"
