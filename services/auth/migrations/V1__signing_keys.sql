-- class: expand
CREATE TABLE signing_keys (
    kid             VARCHAR(64)     NOT NULL,
    sealed          VARBINARY(4096) NOT NULL COMMENT 'private key (PKCS#8), AES-256-GCM under the key-encryption key',
    signs_from      DATETIME(6)     NOT NULL,
    signs_until     DATETIME(6)     NOT NULL,
    published_until DATETIME(6)     NOT NULL,
    created_at      DATETIME(6)     NOT NULL,
    PRIMARY KEY (kid)
) CHARACTER SET utf8mb4;
