# All six services, the web server, migrations and provisioning: one program, and the built browser application.
tag=localhost/securechat:$version
program=/usr/bin/securechat

inputs() {
    cat target/release/securechat
    find web/dist -type f -print0 | sort -z | xargs -0 sha256sum
}

fill() {
    bring target/release/securechat /usr/bin/securechat
    authorities
    mkdir -p "$root/usr/share/securechat"
    cp -r web/dist "$root/usr/share/securechat/web"
    loads /usr/bin/securechat
}
