-- class: expand
CREATE TABLE mail_queue (
    id         BINARY(16)        NOT NULL,
    account_id BINARY(16)        NOT NULL,
    purpose    VARCHAR(32)       NOT NULL,
    return_to  VARCHAR(2048)     NOT NULL COMMENT 'the pending sign-in that the link leads back to, or empty',
    due_at     DATETIME(6)       NOT NULL,
    attempts   SMALLINT UNSIGNED NOT NULL,
    created_at DATETIME(6)       NOT NULL,
    PRIMARY KEY (id),
    KEY ix_mail_queue_due (due_at),
    CONSTRAINT fk_mail_queue_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
