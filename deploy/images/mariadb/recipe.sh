# Debian's MariaDB. As in the upstream image, programs are in the path and a shell is there.
tag=localhost/mariadb:10.11
program=mariadbd

inputs() {
    closure mariadb-server
}

fill() {
    debian mariadb-server
    # Tools for other engines and for repairs: a third of the image.
    rm -f "$root"/usr/bin/{aria,myisam,innochecksum,perror,replace,resolve_stack}*
    rm -f "$root"/usr/bin/mariadb-{binlog,slap,import,show,conv,plugin,waitpid,tzinfo-to-sql} "$root"/usr/bin/mariadbd-safe*
    tools
    loads /usr/sbin/mariadbd /usr/bin/{mariadb,mariadb-admin,mariadb-dump,my_print_defaults}
}
