# What ./millrace and ./verify share: finding a JDK 25 and Maven, and installing Debian packages. Sourced.

say() { printf '%s\n' "$*" >&2; }

# The major version of the JDK in a folder, or nothing if there is no whole JDK in it.
jdk_major() {
    [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets JAVA_HOME to a JDK of version 25 or newer: the one given, the one on PATH, or one in the usual places. Fails if
# there is none. HOME may be unset (systemd, cron, env -i): ~ is then the user's entry in the password database.
look_for_jdk() {
    local on_path home major user_home=~
    on_path=$(command -v javac 2>/dev/null || command -v java 2>/dev/null) || on_path=
    [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
        "$user_home"/.sdkman/candidates/java/* "$user_home"/.jdks/* "$user_home"/.local/share/mise/installs/java/*; do
        [ -n "$home" ] || continue
        major=$(jdk_major "$home")
        if [ -n "$major" ] && [ "$major" -ge 25 ]; then
            JAVA_HOME=$home
            export JAVA_HOME
            return 0
        fi
    done
    return 1
}

# Sets JAVA_HOME. Without a JDK, installs the distribution's by apt as root, or prints the commands that install one.
find_jdk() {
    local package=openjdk-25-jdk-headless
    look_for_jdk && return 0
    if apt_has "$package"; then
        if install_packages "Millrace needs a JDK 25 or newer" "$package" && look_for_jdk; then
            return 0
        fi
    else
        say "Millrace needs a JDK 25 or newer. None was found in JAVA_HOME${JAVA_HOME:+ ($JAVA_HOME)}, on PATH, in /usr/lib/jvm, /opt or ~/.sdkman."
        jdk_commands
    fi
    say "Without a JDK, in a container:"
    say "    docker build -t millrace -f docker/Dockerfile ."
    say "    docker run --rm -p 8080:8080 -v \"\$PWD\":/srv:ro --security-opt seccomp=docker/seccomp/millrace.json millrace"
    exit 2
}

# A value of /etc/os-release. $1: its name.
os_release() {
    # shellcheck disable=SC1091
    (set +u; . /etc/os-release 2>/dev/null; eval "printf '%s' \"\${$1:-}\"")
}

# Prints the commands that install a JDK 25 on this distribution, which has no such package for apt_has to find.
jdk_commands() {
    local sudo=sudo codename
    [ "$(id -u)" -ne 0 ] || sudo=
    codename=$(os_release UBUNTU_CODENAME)
    [ -n "$codename" ] || codename=$(os_release VERSION_CODENAME)
    case " $(os_release ID) $(os_release ID_LIKE) " in
    *" debian "* | *" ubuntu "*)
        say "$(os_release PRETTY_NAME) has none; Adoptium's apt repository has. Install it with:"
        jdk_command "$sudo" apt-get install -y ca-certificates wget
        jdk_command "$sudo" wget -O /etc/apt/keyrings/adoptium.asc https://packages.adoptium.net/artifactory/api/gpg/key/public
        jdk_command "echo 'deb [signed-by=/etc/apt/keyrings/adoptium.asc] https://packages.adoptium.net/artifactory/deb $codename main' |" \
            "$sudo" tee /etc/apt/sources.list.d/adoptium.list
        jdk_command "$sudo" apt-get update
        jdk_command "$sudo" apt-get install -y temurin-25-jdk
        ;;
    *" fedora "* | *" rhel "* | *" centos "*)
        say "Install it with:"
        jdk_command "$sudo" dnf install java-25-openjdk-devel
        ;;
    *" arch "*)
        say "Install it with:"
        jdk_command "$sudo" pacman -S jdk-openjdk
        ;;
    *" alpine "*)
        say "Install it with:"
        jdk_command "$sudo" apk add openjdk25-jdk
        ;;
    *" suse "* | *" opensuse "*)
        say "Install it with:"
        jdk_command "$sudo" zypper install java-25-openjdk-devel
        ;;
    *)
        say "Install one from https://adoptium.net/temurin/releases/?version=25 and set JAVA_HOME to its folder."
        ;;
    esac
}

# One command a line, without the blank that an empty sudo leaves.
jdk_command() {
    local words="$*"
    say "    $(printf '%s' "$words" | sed 's/^ *//; s/|  */| /')"
}

# Whether apt offers a package. As root, asks again with fresh lists, which a new container has none of.
apt_has() {
    command -v apt-get >/dev/null || return 1
    ! apt-cache show "$1" >/dev/null 2>&1 || return 0
    [ "$(id -u)" -eq 0 ] && apt-get update -q >/dev/null 2>&1 && apt-cache show "$1" >/dev/null 2>&1
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
