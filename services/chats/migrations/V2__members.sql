-- class: expand
CREATE TABLE members (
    chat_id   BINARY(16)      NOT NULL,
    user_id   BINARY(16)      NOT NULL,
    joined_at DATETIME(6)     NOT NULL,
    read_seq  BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (chat_id, user_id),
    KEY ix_members_user (user_id),
    CONSTRAINT fk_members_chat FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
