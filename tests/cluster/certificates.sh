# Sourced by `up`: who is who in the cluster, told by certificates of an authority of its own.

# What every signed certificate says; without an extension it would be of version 1, which rustls refuses.
sign() { # folder, name, subject, further extensions
    local file=$1/$2
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$file.key" -out "$file.csr" -subj "$3" 2>/dev/null
    openssl x509 -req -in "$file.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 3650 -out "$file.crt" \
        -extfile <(printf 'basicConstraints=CA:FALSE\n%s\n' "${4:-}") 2>/dev/null
}

# The API server, the node with all that runs beside it, and a person who may do everything.
certificates() { # folder, the node's address
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=cluster \
        -keyout "$1/ca.key" -out "$1/ca.crt" 2>/dev/null
    openssl genrsa -out "$1/accounts.key" 2048 2>/dev/null
    local names=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
    sign "$1" api /CN=kube-apiserver "subjectAltName=$names,IP:127.0.0.1,IP:10.96.0.1,IP:$2"
    sign "$1" node /O=system:masters/CN=node
    sign "$1" admin /O=system:masters/CN=admin
}

# A kubeconfig that holds all it needs.
kubeconfig() { # folder with certificates, user, port of the API server
    sed -e "s|@PORT@|$3|; s|@USER@|$2|g; s|@CA@|$(base64 -w0 "$1/ca.crt")|" \
        -e "s|@CERTIFICATE@|$(base64 -w0 "$1/$2.crt")|; s|@KEY@|$(base64 -w0 "$1/$2.key")|" tests/cluster/config/kubeconfig
}
