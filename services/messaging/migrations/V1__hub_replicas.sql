-- class: expand
CREATE TABLE hub_replicas (
    incarnation INT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'upper half of the numbers of its connection events',
    id          BINARY(16)   NOT NULL,
    started_at  DATETIME(6)  NOT NULL,
    PRIMARY KEY (incarnation),
    KEY ix_hub_replicas_started (started_at)
) CHARACTER SET utf8mb4;
