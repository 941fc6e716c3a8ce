# Runs etcd, the API server and the garbage collector until the test process, which holds our standard input, is gone.
# usage: supervise.sh DIR ETCD-PORT PEER-PORT API-PORT ETCD APISERVER CONTROLLER-MANAGER
set -u
trap '' INT # Ctrl-C is for the test process; we follow it
dir=$1 client=http://127.0.0.1:$2 peer=http://127.0.0.1:$3 port=$4
"$5" --data-dir "$dir/etcd" --unsafe-no-fsync --log-level error --quota-backend-bytes 8589934592 \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" \
    >"$dir/etcd.log" 2>&1 </dev/null &
etcd=$!
"$6" --etcd-servers "$client" --bind-address 127.0.0.1 --secure-port "$port" --cert-dir "$dir" \
    --service-cluster-ip-range 10.96.0.0/16 --authorization-mode RBAC --token-auth-file "$dir/tokens.csv" \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file "$dir/service-accounts.pem" --service-account-signing-key-file "$dir/service-accounts.pem" \
    --enable-admission-plugins OwnerReferencesPermissionEnforcement \
    --audit-policy-file "$dir/audit-policy.yaml" --audit-log-path "$dir/audit.log" --audit-log-mode blocking \
    >"$dir/apiserver.log" 2>&1 </dev/null &
api=$!
until [ -e "$dir/ready" ]; do
    kill -0 $api 2>/dev/null || exit 1
    sleep 0.1
done
"$7" --kubeconfig "$dir/kubeconfig" --leader-elect=false --secure-port 0 --kube-api-qps 500 --kube-api-burst 1000 \
    --controllers garbage-collector-controller,namespace-controller,serviceaccount-controller \
    >"$dir/controller-manager.log" 2>&1 </dev/null &
collector=$!
cat >/dev/null
# The API server before etcd: the other way round it hangs.
kill $collector $api
wait $collector $api 2>/dev/null
kill $etcd
wait $etcd 2>/dev/null
rm -rf "$dir"
