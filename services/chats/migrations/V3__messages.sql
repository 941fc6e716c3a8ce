-- class: expand
CREATE TABLE messages (
    chat_id   BINARY(16)      NOT NULL,
    seq       BIGINT UNSIGNED NOT NULL COMMENT '1, 2, 3 … without gaps within the chat',
    id        BINARY(16)      NOT NULL COMMENT 'made by the client',
    sender_id BINARY(16)      NOT NULL,
    text      TEXT            NOT NULL,
    sent_at   DATETIME(6)     NOT NULL,
    PRIMARY KEY (chat_id, seq),
    UNIQUE KEY uq_messages_client_id (chat_id, sender_id, id),
    CONSTRAINT fk_messages_chat FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
