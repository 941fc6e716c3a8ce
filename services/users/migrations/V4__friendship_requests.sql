-- class: expand
CREATE TABLE friendship_requests (
    id           BINARY(16)       NOT NULL,
    requester_id BINARY(16)       NOT NULL,
    requestee_id BINARY(16)       NOT NULL,
    low_id       BINARY(16)       NOT NULL,
    high_id      BINARY(16)       NOT NULL,
    state        VARCHAR(10)      NOT NULL,
    pending      TINYINT UNSIGNED NULL COMMENT '1 while pending, else null: so only one per pair can be',
    version      BIGINT UNSIGNED  NOT NULL,
    created_at   DATETIME(6)      NOT NULL,
    modified_at  DATETIME(6)      NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY uq_friendship_requests_pending (low_id, high_id, pending),
    KEY ix_friendship_requests_requester (requester_id, created_at, id),
    KEY ix_friendship_requests_requestee (requestee_id, created_at, id),
    KEY ix_friendship_requests_created_at (created_at, id),
    CONSTRAINT fk_friendship_requests_requester FOREIGN KEY (requester_id) REFERENCES users (id),
    CONSTRAINT fk_friendship_requests_requestee FOREIGN KEY (requestee_id) REFERENCES users (id)
) CHARACTER SET utf8mb4;
