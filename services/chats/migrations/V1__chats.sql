-- class: expand
CREATE TABLE chats (
    id         BINARY(16)      NOT NULL,
    kind       VARCHAR(16)     NOT NULL,
    name       VARCHAR(80)     NULL COMMENT 'rooms only',
    owner_id   BINARY(16)      NULL COMMENT 'rooms only',
    user_low   BINARY(16)      NULL COMMENT 'private chats only: the two people, the smaller id first',
    user_high  BINARY(16)      NULL,
    last_seq   BIGINT UNSIGNED NOT NULL,
    version    BIGINT UNSIGNED NOT NULL COMMENT 'grows with every change of members',
    created_at DATETIME(6)     NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY uq_chats_pair (user_low, user_high)
) CHARACTER SET utf8mb4;
