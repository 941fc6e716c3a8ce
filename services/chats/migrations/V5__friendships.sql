-- class: expand
CREATE TABLE friendships (
    user_low  BINARY(16)      NOT NULL,
    user_high BINARY(16)      NOT NULL,
    friends   BOOLEAN         NOT NULL,
    version   BIGINT UNSIGNED NOT NULL COMMENT 'of the pair, from users: older events are ignored',
    PRIMARY KEY (user_low, user_high)
) CHARACTER SET utf8mb4;
