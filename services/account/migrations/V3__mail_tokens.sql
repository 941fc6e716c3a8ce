-- class: expand
CREATE TABLE mail_tokens (
    selector      BINARY(16)   NOT NULL,
    account_id    BINARY(16)   NOT NULL,
    purpose       VARCHAR(32)  NOT NULL,
    email         VARCHAR(254) NOT NULL COMMENT 'the address that it was sent to',
    verifier_hash BINARY(32)   NOT NULL,
    expires_at    DATETIME(6)  NOT NULL,
    used_at       DATETIME(6)  NULL,
    PRIMARY KEY (selector),
    KEY ix_mail_tokens_account (account_id, purpose),
    CONSTRAINT fk_mail_tokens_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
