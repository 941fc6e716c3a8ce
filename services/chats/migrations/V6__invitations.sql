-- class: expand
CREATE TABLE invitations (
    id          BINARY(16)  NOT NULL,
    chat_id     BINARY(16)  NOT NULL,
    inviter_id  BINARY(16)  NOT NULL,
    invitee_id  BINARY(16)  NOT NULL,
    state       VARCHAR(16) NOT NULL,
    is_pending  BOOLEAN     NULL COMMENT 'true while pending, else null: one pending invitation a person and room',
    created_at  DATETIME(6) NOT NULL,
    answered_at DATETIME(6) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY uq_invitations_pending (chat_id, invitee_id, is_pending),
    KEY ix_invitations_invitee (invitee_id, is_pending),
    CONSTRAINT fk_invitations_chat FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4;
