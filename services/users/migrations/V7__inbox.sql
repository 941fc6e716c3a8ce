-- class: expand
CREATE TABLE inbox (
    consumer     VARCHAR(64) NOT NULL COMMENT 'the handler',
    event_id     BINARY(16)  NOT NULL,
    processed_at DATETIME(6) NOT NULL,
    PRIMARY KEY (consumer, event_id),
    KEY ix_inbox_processed_at (processed_at)
) CHARACTER SET utf8mb4;
