# The operator.
tag=localhost/securechat-operator:$version
program=/usr/bin/securechat-operator

inputs() {
    cat target/release/securechat-operator
}

fill() {
    bring target/release/securechat-operator /usr/bin/securechat-operator
    authorities
    loads /usr/bin/securechat-operator
}
