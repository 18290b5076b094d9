# What ./millrace and ./verify share: finding a JDK 25 and Maven, and installing Debian packages. Sourced.

say() { printf '%s\n' "$*" >&2; }

# The major version of the JDK in a folder, or nothing if there is no whole JDK in it.
jdk_major() {
    [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets JAVA_HOME to a JDK of version 25 or newer: the one given, the one on PATH, or one in the usual places.
find_jdk() {
    local on_path home major
    on_path=$(command -v javac 2>/dev/null || command -v java 2>/dev/null) || on_path=
    [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/*; do
        [ -n "$home" ] || continue
        major=$(jdk_major "$home")
        if [ -n "$major" ] && [ "$major" -ge 25 ]; then
            JAVA_HOME=$home
            export JAVA_HOME
            return 0
        fi
    done
    say "Millrace needs a JDK 25 or newer, and none was found: not in JAVA_HOME${JAVA_HOME:+ ($JAVA_HOME)}, on PATH, in /usr/lib/jvm, /opt or ~/.sdkman."
    say "Install one, for instance from https://adoptium.net, and set JAVA_HOME to its folder."
    exit 2
}

# Installs Debian packages as root; otherwise says the exact command. $1: what for. Rest: the packages.
install_packages() {
    local why=$1
    shift
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "$why; install it with: sudo apt-get install $*"
        return 1
    fi
    say "$why: installing $*"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 ||
        { apt-get update -q >/dev/null 2>&1 &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2; } ||
        { say "apt-get could not install $*"; return 1; }
}

find_maven() {
    command -v mvn >/dev/null || install_packages "Maven is missing" maven || exit 2
}

has_liburing() {
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'liburing\.so\.2 '
}
