-- class: expand
CREATE TABLE pairs (
    low_id  BINARY(16)      NOT NULL COMMENT 'of two people the one with the smaller id',
    high_id BINARY(16)      NOT NULL,
    version BIGINT UNSIGNED NOT NULL COMMENT 'raised by everything that happens between the two; locked meanwhile',
    PRIMARY KEY (low_id, high_id)
) CHARACTER SET utf8mb4;
