# What holds a pod's network while its containers come and go.
tag=localhost/pause:1
program=/pause
user=65535

inputs() {
    cat deploy/images/pause/pause.c
}

fill() {
    cc -Os -static -s -o "$root/pause" deploy/images/pause/pause.c
}
