-- class: expand
CREATE TABLE accounts (
    id             BINARY(16)      NOT NULL,
    user_name      VARCHAR(20)     NOT NULL,
    user_name_key  VARCHAR(20)     NOT NULL COMMENT 'lower case: two names that differ only in case are one',
    email          VARCHAR(254)    NOT NULL,
    email_key      VARCHAR(254)    NOT NULL COMMENT 'lower case',
    email_verified BOOLEAN         NOT NULL,
    password_hash  VARCHAR(255)    NOT NULL COMMENT 'argon2id, PHC string',
    auth_epoch     BIGINT UNSIGNED NOT NULL,
    created_at     DATETIME(6)     NOT NULL,
    modified_at    DATETIME(6)     NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY uq_accounts_user_name (user_name_key),
    UNIQUE KEY uq_accounts_email (email_key)
) CHARACTER SET utf8mb4;
