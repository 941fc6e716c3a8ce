# Envoy, from the wheel that `make up` uses as well.
tag=localhost/envoy:1.40
program=envoy

envoy=$(echo .tools/py/lib/python3*/site-packages/envoy/_bin/envoy)

inputs() {
    sha256sum "$envoy"
}

fill() {
    bring "$envoy" /usr/local/bin/envoy
    loads /usr/local/bin/envoy
}
