#!/bin/sh
# Installs what Python packages cannot bring, on Debian and Ubuntu, when it is missing:
#
#   tools/install-system-packages.sh tests          Chromium, PostgreSQL and poppler, for the tests
#   tools/install-system-packages.sh venv PYTHON    the module venv for that Python
#
# Works as root, or with sudo when that asks for no password. Otherwise prints the command for a person
# and ends with exit code 1. The program itself needs none of the packages for the tests.
set -eu

say() { printf '%s\n' "$*" >&2; }

install() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Not a Debian or Ubuntu system. Please install yourself: $*"
        return 1
    fi
    if [ "$(id -u)" = 0 ]; then
        root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        root="sudo -n"
    else
        say "Missing system packages. To install them: sudo apt install $*"
        return 1
    fi
    say "Installing system packages: $*"
    # PostgreSQL's package would otherwise start a server of its own, which nothing here needs.
    $root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 update >/dev/null &&
        $root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get -qq -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@" >/dev/null
}

missing_for_tests() {
    if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
        printf ' chromium fonts-noto-cjk'
    fi
    command -v pdftotext >/dev/null 2>&1 || printf ' poppler-utils'
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || printf ' postgresql'
}

case "${1:-}" in
tests)
    wanted=$(missing_for_tests)
    # shellcheck disable=SC2086 # a list of names
    [ -z "$wanted" ] || install $wanted
    ;;
venv)
    version=$("${2:-python3}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    install "python$version-venv"
    ;;
*)
    say "Usage: $0 tests | venv PYTHON"
    exit 2
    ;;
esac
