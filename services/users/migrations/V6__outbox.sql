-- class: expand
CREATE TABLE outbox (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    owner         BINARY(16)      NOT NULL COMMENT 'the process that relays it',
    claimed_until DATETIME(6)     NOT NULL,
    created_at    DATETIME(6)     NOT NULL,
    envelope      JSON            NOT NULL,
    PRIMARY KEY (id),
    KEY ix_outbox_owner (owner, id),
    KEY ix_outbox_claimed_until (claimed_until)
) CHARACTER SET utf8mb4;
