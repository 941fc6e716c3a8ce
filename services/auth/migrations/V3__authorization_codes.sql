-- class: expand
CREATE TABLE authorization_codes (
    code_hash    BINARY(32)    NOT NULL,
    sign_in_id   BINARY(16)    NOT NULL,
    family_id    BINARY(16)    NOT NULL COMMENT 'of the refresh tokens that come from this code',
    client_id    VARCHAR(64)   NOT NULL,
    redirect_uri VARCHAR(512)  NOT NULL,
    scope        VARCHAR(512)  NOT NULL,
    challenge    CHAR(43)      NOT NULL,
    nonce        VARCHAR(255)  NULL,
    expires_at   DATETIME(6)   NOT NULL,
    used_at      DATETIME(6)   NULL,
    PRIMARY KEY (code_hash),
    KEY ix_authorization_codes_expiry (expires_at),
    CONSTRAINT fk_authorization_codes_sign_in FOREIGN KEY (sign_in_id) REFERENCES sign_ins (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
