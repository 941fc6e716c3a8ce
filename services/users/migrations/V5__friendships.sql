-- class: expand
CREATE TABLE friendships (
    id         BINARY(16)  NOT NULL,
    low_id     BINARY(16)  NOT NULL,
    high_id    BINARY(16)  NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY uq_friendships_pair (low_id, high_id),
    KEY ix_friendships_high (high_id),
    KEY ix_friendships_created_at (created_at, id),
    CONSTRAINT fk_friendships_low FOREIGN KEY (low_id) REFERENCES users (id),
    CONSTRAINT fk_friendships_high FOREIGN KEY (high_id) REFERENCES users (id)
) CHARACTER SET utf8mb4;
