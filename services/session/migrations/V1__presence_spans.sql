-- class: expand
CREATE TABLE presence_spans (
    id         BINARY(16)  NOT NULL,
    user_id    BINARY(16)  NOT NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at   DATETIME(6) NULL,
    open_flag  TINYINT     NULL COMMENT '1 while open, NULL afterwards: at most one open span a person',
    PRIMARY KEY (id),
    UNIQUE KEY uq_presence_spans_open (user_id, open_flag),
    KEY ix_presence_spans_user (user_id, id),
    KEY ix_presence_spans_ended (ended_at)
) CHARACTER SET utf8mb4;
