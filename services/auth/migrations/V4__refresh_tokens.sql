-- class: expand
CREATE TABLE refresh_tokens (
    token_hash BINARY(32)   NOT NULL,
    family_id  BINARY(16)   NOT NULL,
    sign_in_id BINARY(16)   NOT NULL,
    client_id  VARCHAR(64)  NOT NULL,
    scope      VARCHAR(512) NOT NULL,
    created_at DATETIME(6)  NOT NULL,
    expires_at DATETIME(6)  NOT NULL,
    used_at    DATETIME(6)  NULL,
    PRIMARY KEY (token_hash),
    KEY ix_refresh_tokens_family (family_id),
    KEY ix_refresh_tokens_expiry (expires_at),
    CONSTRAINT fk_refresh_tokens_sign_in FOREIGN KEY (sign_in_id) REFERENCES sign_ins (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
