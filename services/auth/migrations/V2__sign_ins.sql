-- class: expand
CREATE TABLE sign_ins (
    id          BINARY(16)  NOT NULL COMMENT 'sid of the tokens',
    user_id     BINARY(16)  NOT NULL,
    cookie_hash BINARY(32)  NOT NULL,
    created_at  DATETIME(6) NOT NULL,
    expires_at  DATETIME(6) NOT NULL,
    ended_at    DATETIME(6) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY uq_sign_ins_cookie (cookie_hash),
    KEY ix_sign_ins_user (user_id),
    KEY ix_sign_ins_expiry (expires_at)
) CHARACTER SET utf8mb4;
