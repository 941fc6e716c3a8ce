# Sourced by deploy/images/build: how an image's root folder $root is filled.

# What Debian's packages depend on and a server does not: other languages, package tools, log-in, init, help.
UNWANTED='^(perl.*|libperl.*|.*-perl|libgdbm.*|libdb5.3|python3.*|libpython3.*|media-types|libsqlite3-0|libffi8|gawk|libmpfr6'
UNWANTED+='|libgmp10|libsigsegv2|dpkg|debconf|debianutils|adduser|passwd|usrmerge|tar|rsync|libpopt0|libxxhash0|galera-4|lsof'
UNWANTED+='|procps|psmisc|libproc2-0|iproute2|libbpf1|libelf1|libmnl0|libxtables12|socat|openssl|readline-common|cron.*'
UNWANTED+='|logrotate|lsb-base|init-system-helpers|sysvinit-utils|sensible-utils|gcc-12-base|libcap2-bin|libpam.*|libaudit.*'
UNWANTED+='|libsemanage.*|libsepol2|libnsl2|libtirpc.*|libgssapi.*|libkrb.*|libk5crypto3|libkeyutils1|libcom-err2|mysql-common)$'

# Folders of a merged-usr system, and the one user. Upstream images differ in who they run as; a pod says so itself.
skeleton() {
    mkdir -p "$root"/{etc,tmp,run,usr/bin,usr/sbin,usr/lib,usr/lib64}
    chmod 0755 "$root"
    chmod 1777 "$root/tmp"
    for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done
    printf 'root:x:0:0::/:/sbin/nologin\nsecurechat:x:10001:10001::/tmp:/sbin/nologin\n' >"$root/etc/passwd"
    printf 'root:x:0:\nsecurechat:x:10001:\n' >"$root/etc/group"
    printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# The packages, with versions, that a program of Debian needs in an empty root.
closure() { # package
    local simulate=(apt-get -s -qq -o Dir::State::status=/dev/null -o APT::Install-Recommends=false install "$1") wanted
    wanted=$("${simulate[@]}" 2>/dev/null) || { apt-get update -qq && wanted=$("${simulate[@]}"); }
    awk '/^Inst/ {print $2 "=" substr($3, 2)}' <<<"$wanted" | while IFS='=' read -r name version; do
        [[ $name =~ $UNWANTED ]] || echo "$name=$version"
    done
}

# Unpacks a program of Debian and what it needs. No maintainer script runs.
debian() { # package
    local debs=$out/debs/$1 wanted
    mapfile -t wanted < <(closure "$1")
    # Another version of one package: all anew, so that what is here is what is wanted.
    if [ "$(cat "$debs/wanted" 2>/dev/null)" != "${wanted[*]}" ]; then
        rm -rf "$debs"
        mkdir -p "$debs"
        (cd "$debs" && apt-get download -qq -o APT::Sandbox::User=root "${wanted[@]}")
        echo "${wanted[*]}" >"$debs/wanted"
    fi
    for package in "$debs"/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --no-same-owner \
            --exclude=./usr/share/{doc,man,locale} --exclude='./usr/share/perl*' --exclude='*/gconv' --exclude=./etc/init.d
    done
}

# A program of this machine with every library that it loads.
bring() { # file, place in the image
    install -D -m 0755 "$1" "$root/$2"
    ldd "$1" | grep -oE '/[^ )]+' | while read -r library; do
        install -D -m 0755 "$library" "$root/usr/${library#/usr}"
    done
}

# Authorities that sign certificates of servers elsewhere.
authorities() {
    install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
}

# A shell and the usual tools, for scripts that start a server.
tools() {
    install -m 0755 /bin/busybox "$root/usr/bin/busybox"
    for name in $(/bin/busybox --list); do
        [ -e "$root/usr/bin/$name" ] || [ -e "$root/usr/sbin/$name" ] || ln -s busybox "$root/usr/bin/$name"
    done
}

# Fails here, and not in a pod, when a program lacks a library. Runs nothing.
loads() { # programs in the image
    local program missing
    for program in "$@"; do
        missing=$(chroot "$root" /lib64/ld-linux-x86-64.so.2 --list "$program" 2>&1 | grep -E 'not found|cannot open' || true)
        [ -z "$missing" ] || { echo "$program: $missing" >&2; return 1; }
    done
}
