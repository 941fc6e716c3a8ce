# Debian's Redis.
tag=localhost/redis:7.0
program=redis-server

inputs() {
    closure redis-server
}

fill() {
    debian redis-server
    tools
    loads /usr/bin/{redis-server,redis-cli}
}
