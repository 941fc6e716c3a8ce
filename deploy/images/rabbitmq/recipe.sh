# Debian's RabbitMQ. Its wrappers in /usr/sbin insist on a user named rabbitmq and on /var/log; the path finds
# RabbitMQ's own programs first, as in the upstream image.
tag=localhost/rabbitmq:3.10
program=rabbitmq-server

inputs() {
    closure rabbitmq-server
}

fill() {
    debian rabbitmq-server
    tools
    rm -f "$root"/usr/sbin/rabbitmq*
    for name in "$root"/usr/lib/rabbitmq/bin/*; do ln -sf "../lib/rabbitmq/bin/${name##*/}" "$root/usr/bin/${name##*/}"; done
    (cd "$root" && find usr/lib/erlang -name beam.smp -o -name crypto.so) | while read -r file; do loads "/$file"; done
}
