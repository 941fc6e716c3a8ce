-- class: expand
CREATE TABLE users (
    id            BINARY(16)   NOT NULL COMMENT 'the account''s id',
    user_name     VARCHAR(20)  NOT NULL,
    user_name_key VARCHAR(20)  NOT NULL COMMENT 'lower case; account keeps it unique',
    email         VARCHAR(254) NOT NULL,
    email_key     VARCHAR(254) NOT NULL COMMENT 'lower case',
    created_at    DATETIME(6)  NOT NULL,
    modified_at   DATETIME(6)  NOT NULL,
    PRIMARY KEY (id),
    KEY ix_users_user_name (user_name_key, id),
    KEY ix_users_email (email_key),
    KEY ix_users_created_at (created_at, id)
) CHARACTER SET utf8mb4;
